"""What accounts does outside a request: letters and housekeeping."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now


@shared_task(acks_late=True, ignore_result=True)
def send_decision(*, user_id: int, **_: Any) -> None:
    """Tell a person that they were let in or shut out."""
    from accounts import letters  # noqa: PLC0415 -- leaf
    from accounts.models import User  # noqa: PLC0415 -- leaf

    user = User.objects.get(pk=user_id)
    letter = "approved" if user.is_active else "blocked"
    letters.send(letter, to=user.email, language=user.language_code, user=user, url=letters.absolute("/"))


@shared_task(acks_late=True, ignore_result=True)
def send_invitation(*, invitation_id: int, **_: Any) -> None:
    """Send the link with which a person joins a team."""
    from django.urls import reverse  # noqa: PLC0415 -- leaf

    from accounts import letters, services  # noqa: PLC0415 -- leaf
    from accounts.models import Invitation  # noqa: PLC0415 -- leaf

    invitation = (
        Invitation.objects.open(at=now()).select_related("tenant", "invited_by").filter(pk=invitation_id).first()
    )
    if invitation is None:
        return
    url = letters.absolute(reverse("accept_invitation", args=[services.invitation_token(invitation)]))
    language = invitation.tenant.language_code
    letters.send("invitation", to=invitation.email, language=language, invitation=invitation, url=url)


@shared_task(acks_late=True, ignore_result=True)
def purge_idempotency_keys(**_: Any) -> None:
    """Delete answers that nobody can ask for any more."""
    from accounts import services  # noqa: PLC0415 -- leaf

    services.purge_idempotency_keys(at=now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def send_webhook(*, delivery_id: int, **_: Any) -> None:
    """Tell one address of one event."""
    from accounts.services import delivering  # noqa: PLC0415 -- leaf

    delivering.deliver(delivery_id, at=now())


@shared_task(ignore_result=True)
def sweep_webhooks(**_: Any) -> None:
    """Find deliveries that are due and that nobody works on."""
    from accounts.services import delivering  # noqa: PLC0415 -- leaf

    delivering.sweep_webhooks(at=now())


@shared_task(acks_late=True, ignore_result=True)
def send_endpoint_off(*, endpoint_id: int, **_: Any) -> None:
    """Tell the shop's owner that an address gets nothing any more."""
    from django.urls import reverse  # noqa: PLC0415 -- leaf

    from accounts import letters  # noqa: PLC0415 -- leaf
    from accounts.models import WebhookEndpoint  # noqa: PLC0415 -- leaf

    endpoint = WebhookEndpoint.objects.select_related("tenant__owner").filter(pk=endpoint_id, is_active=False).first()
    if endpoint is None or endpoint.tenant.owner is None:
        return
    owner, url = endpoint.tenant.owner, letters.absolute(reverse("webhook", args=[endpoint.uuid]))
    facts = {"user": owner, "endpoint": endpoint, "url": url}
    letters.send("webhook_off", to=owner.email, language=owner.language_code, **facts)


@shared_task(acks_late=True, ignore_result=True)
def purge_events(**_: Any) -> None:
    """Forget old events."""
    from accounts.services import events  # noqa: PLC0415 -- leaf

    while events.purge_events(at=now()):
        pass


@shared_task(acks_late=True, ignore_result=True)
def send_notification(*, notification_id: int, **_: Any) -> None:
    """Send the letter of a notification."""
    from accounts import letters  # noqa: PLC0415 -- leaf
    from accounts.services import notifying  # noqa: PLC0415 -- leaf

    row = notifying.claim_letter(notification_id, at=now())
    if row is None:
        return
    facts = {"notification": row, "url": letters.absolute(row.url or "/")}
    letters.send("notification", to=row.user.email, language=row.user.language_code, **facts)
    notifying.letter_sent(row)


@shared_task(ignore_result=True)
def sweep_notifications(**_: Any) -> None:
    """Find letters that nobody sends, and forget what is old."""
    from accounts.services import notifying  # noqa: PLC0415 -- leaf

    notifying.sweep_letters(at=now())
    while notifying.purge_notifications(at=now()):
        pass


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def make_export(*, export_id: int, **_: Any) -> None:
    """Put a shop's data into an archive."""
    from accounts.services import exporting  # noqa: PLC0415 -- leaf

    exporting.make_export(export_id, at=now())


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def erase_tenant(*, deletion_id: int, **_: Any) -> None:
    """Erase a shop whose day has come."""
    from accounts.services import leaving  # noqa: PLC0415 -- leaf

    leaving.erase(deletion_id, at=now())


@shared_task(ignore_result=True)
def sweep_leaving(**_: Any) -> None:
    """Find exports and deletions that nobody works on."""
    from accounts.services import exporting, leaving  # noqa: PLC0415 -- leaf

    exporting.sweep_exports(at=now())
    leaving.sweep_deletions(at=now())


@shared_task(ignore_result=True)
def keep_no_longer(**_: Any) -> None:
    """Delete what shops no longer keep, and first steps of long ago."""
    from accounts.services import funnel, retention  # noqa: PLC0415 -- leaf

    retention.keep_no_longer(at=now())
    while funnel.purge_funnel(at=now()):
        pass


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def sync_integration(*, integration_id: int, **_: Any) -> None:
    """Do the regular work of one connection."""
    from accounts.services import scheduling  # noqa: PLC0415 -- leaf

    scheduling.run(integration_id, at=now())


@shared_task(ignore_result=True)
def sweep_integrations(**_: Any) -> None:
    """Find connections whose regular work is due."""
    from accounts.services import scheduling  # noqa: PLC0415 -- leaf

    scheduling.sweep(at=now())


@shared_task(ignore_result=True)
def roll_up_metrics(**_: Any) -> None:
    """Bring the hourly and daily numbers of connections up to date."""
    from accounts.services import metering  # noqa: PLC0415 -- leaf

    metering.roll_up(at=now())
