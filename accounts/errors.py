"""What accounts refuse."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError, ProviderError


@dataclass
class ApprovalRequired(DomainError):
    """The person may not act before our staff approves them."""

    code, status = "approval_required", 403
    message = _("Your account is waiting for approval.")


@dataclass
class EmailUnconfirmed(DomainError):
    """The person has not shown that the e-mail is theirs."""

    code, status = "email_unconfirmed", 403
    message = _("Confirm your e-mail first: the link is in your inbox.")


@dataclass
class EmailTaken(DomainError):
    """Somebody registered with this e-mail."""

    code, status = "email_taken", 409
    message = _("This e-mail is already registered.")


@dataclass
class RoleRequired(DomainError):
    """The person's role in the tenant is too small, or they have none."""

    code, status = "role_required", 403
    message = _("This needs the role “{role}”.")
    role: str


@dataclass
class ScopeRequired(DomainError):
    """The API key was not made for this."""

    code, status = "scope_required", 403
    message = _("This API key was not made for this request.")


@dataclass
class PersonRequired(DomainError):
    """Only people do this, never programs."""

    code, status = "person_required", 403
    message = _("Only a person can do this, not an API key.")


@dataclass
class InvitationInvalid(DomainError):
    """The invitation was accepted, withdrawn, has expired or is for somebody else."""

    code, status = "invitation_invalid", 410
    message = _("This invitation is no longer valid. Ask for a new one.")


@dataclass
class AlreadyMember(DomainError):
    """The person is in the team already."""

    code, status = "already_member", 409
    message = _("{email} is in the team already.")
    email: str


@dataclass
class TeamFull(DomainError):
    """The team is as large as one may be."""

    code, status = "team_full", 409
    message = _("A team can have {limit} people, open invitations included.")
    limit: int


@dataclass
class ExportUnderWay(DomainError):
    """One export at a time."""

    code, status = "export_under_way", 409
    message = _("An export is being put together already. We write to you when it is ready.")


@dataclass
class DeletionAsked(DomainError):
    """The shop's end was asked for before."""

    code, status = "deletion_asked", 409
    message = _("The deletion of this shop has been asked for already.")


@dataclass
class OwnerRequired(DomainError):
    """Only the owner may."""

    code, status = "owner_required", 403
    message = _("Only the owner of the shop can do this.")


@dataclass
class NotAMember(DomainError):
    """The person is not in the team."""

    code, status = "not_a_member", 409
    message = _("Only a member of the team can become the owner.")


@dataclass
class TooManyKeys(DomainError):
    """The shop has as many live keys as one may have."""

    code, status = "too_many_keys", 409
    message = _("A shop can have {limit} live API keys. Revoke one first.")
    limit: int


@dataclass
class OwnerStays(DomainError):
    """A tenant's owner can neither leave nor lose the role."""

    code, status = "owner_stays", 409
    message = _("The owner stays an administrator of the shop.")


@dataclass
class CredentialsMissing(DomainError):
    """The platform asks for more than was given."""

    code, status = "credentials_missing", 422
    message = _("{platform} also needs: {missing}.")
    platform: str
    missing: str


@dataclass
class CredentialsUnreadable(DomainError):
    """What is stored cannot be decrypted: the key is gone."""

    code, status = "credentials_unreadable", 409
    message = _("The stored credentials cannot be read. Enter them again.")


@dataclass
class SettingInvalid(DomainError):
    """The value does not have the setting's type."""

    code, status = "setting_invalid", 422
    message = _("“{name}” must be: {data_type}.")
    name: str
    data_type: str


@dataclass
class KeyReused(DomainError):
    """The same ``Idempotency-Key`` came with another body."""

    code, status = "idempotency_key_reused", 422
    message = _("This Idempotency-Key was used for another request.")


@dataclass
class StillRunning(DomainError):
    """The first request with this ``Idempotency-Key`` has not finished."""

    code, status = "idempotency_key_in_use", 409
    message = _("The first request with this Idempotency-Key is still running.")


@dataclass
class EndpointUnusable(DomainError):
    """Nothing can be sent to the address."""

    code, status = "endpoint_unusable", 422
    message = _("Nothing can be sent to this address: it has to be https and on the public internet.")


@dataclass
class TooManyEndpoints(DomainError):
    """The tenant has as many addresses as one may have."""

    code, status = "too_many_endpoints", 409
    message = _("A shop can have {limit} webhook addresses. Delete one first.")
    limit: int


@dataclass
class EndpointOff(DomainError):
    """The address is switched off."""

    code, status = "endpoint_off", 409
    message = _("This address is switched off. Switch it on first.")


@dataclass
class ImpersonationRefused(DomainError):
    """Staff may not see with this person's eyes."""

    code, status = "impersonation_refused", 409
    message = _("Only active members of the shop who are not our staff can be chosen, and a reason is needed.")


@dataclass
class NotWhileImpersonating(DomainError):
    """Money, security and whatever is not everyday work stay with the seller."""

    code, status = "not_while_impersonating", 403
    message = _("Our staff cannot do this in a seller's name.")


@dataclass
class NothingToSync(DomainError):
    """A connection is off, or does all its work by itself."""

    code, status = "nothing_to_sync", 409
    message = _("This connection has nothing to synchronise.")


class CredentialsRefused(ProviderError):
    """A platform no longer takes the credentials of a connection."""
