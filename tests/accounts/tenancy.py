"""Which row each address of accounts is about."""

from accounts.models import DataExport
from tests.factories.accounts import (
    ApiKeyFactory,
    IntegrationFactory,
    InvitationFactory,
    MembershipFactory,
    NotificationFactory,
)
from tests.factories.webhooks import a_delivery, an_endpoint


def an_export_of(tenant):
    return DataExport.objects.create(tenant=tenant, requested_by=tenant.owner)


def an_endpoint_of(tenant):
    return {"uuid": an_endpoint(tenant).uuid}


def a_delivery_of(tenant):
    return {"uuid": a_delivery(an_endpoint(tenant)).uuid}


CASES = {
    "download_export": lambda tenant: {"uuid": an_export_of(tenant).uuid},
    "open_notification": lambda tenant: {"uuid": NotificationFactory(tenant=tenant).uuid},
    "webhook-endpoint-detail": an_endpoint_of,
    "webhook-endpoint-rotate-secret": an_endpoint_of,
    "webhook-endpoint-test": an_endpoint_of,
    "webhook-delivery-detail": a_delivery_of,
    "webhook-delivery-replay": a_delivery_of,
    "webhook": an_endpoint_of,
    "delete_webhook": an_endpoint_of,
    "switch_webhook": an_endpoint_of,
    "rotate_webhook_secret": an_endpoint_of,
    "test_webhook": an_endpoint_of,
    "webhook_delivery": a_delivery_of,
    "replay_webhook": a_delivery_of,
    "integration-metrics": lambda tenant: {"uuid": IntegrationFactory(tenant=tenant).uuid},
    "integration-sync": lambda tenant: {"uuid": IntegrationFactory(tenant=tenant).uuid},
    "tenant-detail": lambda tenant: {"uuid": tenant.uuid},
    "member-detail": lambda tenant: {"uuid": MembershipFactory(tenant=tenant).user.uuid},
    "invitation-detail": lambda tenant: {"uuid": InvitationFactory(tenant=tenant).uuid},
    "api-key-detail": lambda tenant: {"uuid": ApiKeyFactory(tenant=tenant).uuid},
    "integration-detail": lambda tenant: {"uuid": IntegrationFactory(tenant=tenant).uuid},
    "integration": lambda tenant: {"uuid": IntegrationFactory(tenant=tenant).uuid},
    "sync_integration": lambda tenant: {"uuid": IntegrationFactory(tenant=tenant).uuid},
    "disconnect_integration": lambda tenant: {"uuid": IntegrationFactory(tenant=tenant).uuid},
    "resend_invitation": lambda tenant: {"uuid": InvitationFactory(tenant=tenant).uuid},
    "revoke_invitation": lambda tenant: {"uuid": InvitationFactory(tenant=tenant).uuid},
    "change_role": lambda tenant: {"uuid": MembershipFactory(tenant=tenant).user.uuid},
    "remove_member": lambda tenant: {"uuid": MembershipFactory(tenant=tenant).user.uuid},
    "revoke_api_key": lambda tenant: {"uuid": ApiKeyFactory(tenant=tenant).uuid},
}
PUBLIC = {
    "put_announcement_away": "an announcement is the same for all shops; the note that it was read is its own reader's",
    "onboarding_step": "the steps are the same for everybody and about one's own shop",
    "accept_invitation": "the signed link is the invited person's credential; it names the shop and nothing else",
    "platform-detail": "the catalogue is the same for everybody who may call",
    "connect_platform": "the catalogue is the same for every administrator; the form writes to their own shop",
    "token": "log-in",
    "token-refresh": "log-in",
}
