"""Telling people what they should know: in the dashboard, and by letter if they want it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import translation

from accounts import tasks
from accounts.enums import Role, Topic, UserStatus
from accounts.models import Membership, Notification, NotificationPreference, Tenant, User
from accounts.services.access import RANK

BY_MAIL: Final = frozenset({Topic.MONEY, Topic.CONNECTIONS, Topic.TEAM})  # unless the person says otherwise
KEPT: Final = timedelta(days=90)
BATCH: Final = 1_000
LEASE: Final = timedelta(minutes=5)
GIVEN_UP_AFTER: Final = timedelta(days=1)


@transaction.atomic
def notify(
    tenant: Tenant,
    *,
    topic: Topic,
    title: Any,
    key: str,
    at: datetime,
    text: Any = "",
    url: str = "",
    role: Role = Role.ADMIN,
    to: Iterable[User] | None = None,
    by: User | None = None,
) -> list[Notification]:
    """Tell people of a shop something, each once per ``key``, in their language and by the ways they chose.

    Members with at least ``role`` hear of it, or those of ``to``; not ``by``, who did it. Lazy text is spoken in
    each person's language, ``url`` is a page as ``reverse`` gives it, and a ``key`` such as
    ``"balance-low:2026-11-28"`` is never told twice to one person. Returns what was told now.
    """
    people = _audience(tenant, role=role, to=to, by=by)
    wanted = preferences_of(people)
    known = set(Notification.objects.filter(tenant=tenant, key=key, user__in=people).values_list("user_id", flat=True))
    facts: dict[str, Any] = {"tenant": tenant, "topic": topic, "url": url, "key": key, "created_at": at}
    rows = [
        _row(person, *wanted[person.pk][topic], title=title, text=text, **facts)
        for person in people
        if person.pk not in known and any(wanted[person.pk][topic])
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    made = list(Notification.objects.filter(uuid__in=[row.uuid for row in rows]))
    for row in made:
        if row.mail_after:
            transaction.on_commit(partial(tasks.send_notification.delay, notification_id=row.pk), robust=True)
    return made


def preferences_of(people: Iterable[User]) -> dict[int, dict[str, tuple[bool, bool]]]:
    """Return for each person and topic whether it stands in their list, and whether a letter goes out."""
    keys = [person.pk for person in people]
    chosen: dict[int, dict[str, tuple[bool, bool]]] = {
        key: {topic: (True, topic in BY_MAIL) for topic in Topic} for key in keys
    }
    for row in NotificationPreference.objects.filter(user__in=keys):
        chosen[row.user_id][row.topic] = (row.in_app, row.by_mail)
    return chosen


@transaction.atomic
def choose(user: User, *, topic: Topic, in_app: bool, by_mail: bool) -> None:
    """Remember how a person wants to hear of a topic."""
    NotificationPreference.objects.update_or_create(
        user=user, topic=topic, defaults={"in_app": in_app, "by_mail": by_mail}
    )


def read(user: User, *, at: datetime, uuid: Any = None) -> int:
    """Mark one of a person's notifications, or all of them, as looked at."""
    rows = Notification.objects.filter(user=user).unread()
    return rows.filter(**({"uuid": uuid} if uuid else {})).update(read_at=at)


def claim_letter(notification_id: int, *, at: datetime) -> Notification | None:
    """Take a due letter for the next minutes; of two workers one gets it."""
    if not Notification.objects.filter(pk=notification_id).mail_due(at=at).update(mail_after=at + LEASE):
        return None
    return Notification.objects.select_related("user", "tenant").get(pk=notification_id)


def letter_sent(notification: Notification) -> None:
    """Note that the letter is out."""
    Notification.objects.filter(pk=notification.pk).update(mail_after=None)


def sweep_letters(*, at: datetime) -> int:
    """Find letters that nobody sends; those of yesterday are given up. Return how many were found."""
    Notification.objects.mail_due(at=at - GIVEN_UP_AFTER).update(mail_after=None)
    due = Notification.objects.mail_due(at=at - timedelta(minutes=1)).order_by("mail_after")
    keys = list(due.values_list("pk", flat=True)[:BATCH])
    for key in keys:
        tasks.send_notification.delay(notification_id=key)
    return len(keys)


def purge_notifications(*, at: datetime) -> int:
    """Forget old notifications, a batch at a time; return how many."""
    old = Notification.objects.filter(created_at__lt=at - KEPT).order_by("pk").values_list("pk", flat=True)
    return Notification.objects.filter(pk__in=list(old[:BATCH])).delete()[0]


def _row(person: User, in_app: bool, by_mail: bool, *, title: Any, text: Any, **facts: Any) -> Notification:  # noqa: FBT001 -- a pair of ways
    """Return a notification in the person's language, not saved."""
    with translation.override(person.language_code):
        words = {"title": str(title)[:255], "text": str(text)}
    mail_after = facts["created_at"] if by_mail else None
    return Notification(user=person, is_shown=in_app, mail_after=mail_after, **words, **facts)


def _audience(tenant: Tenant, *, role: Role, to: Iterable[User] | None, by: User | None) -> list[User]:
    members = Membership.objects.of(tenant).filter(user__status=UserStatus.ACTIVE, user__is_approved=True)
    if to is not None:
        members = members.filter(user__in=[person.pk for person in to])
    else:
        members = members.filter(role__in=[each for each in Role if RANK[each] >= RANK[role]])
    if by is not None:
        members = members.exclude(user=by)
    return [member.user for member in members.select_related("user").order_by("user_id")]
