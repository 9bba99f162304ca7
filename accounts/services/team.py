"""People join tenants, change roles and leave."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.core import signing
from django.db import transaction

from accounts import tasks
from accounts.enums import Role, SettingCategory
from accounts.errors import AlreadyMember, InvitationInvalid, OwnerStays, TeamFull
from accounts.models import Invitation, Membership, Tenant, User
from accounts.services.access import require_role
from accounts.services.audit import record
from accounts.services.people import approve, confirm_email, normalised_email
from accounts.services.system import setting
from accounts.signals import member_joined, member_removed

LONGEST_LIFE: Final = timedelta(days=60)
SALT: Final = "accounts.invitation"


@transaction.atomic
def invite(tenant: Tenant, *, email: str, role: Role, by: User, at: datetime) -> Invitation:
    """Ask a person to join; a second call renews the open invitation and sends it again.

    Raises:
        RoleRequired: ``by`` is no administrator.
        AlreadyMember: the person is in the team.
        TeamFull: the team and its open invitations are as many as may be.
    """
    require_role(by, tenant, Role.ADMIN)
    email = normalised_email(email)
    if tenant.memberships.filter(user__email=email).exists():
        raise AlreadyMember(email=email)
    _require_room(tenant, email=email, at=at)
    expires_at = at + timedelta(days=setting(SettingCategory.SECURITY, "invitation_days"))
    invitation, _ = Invitation.objects.update_or_create(
        tenant=tenant,
        email=email,
        accepted_at=None,
        revoked_at=None,
        defaults={"role": role, "invited_by": by, "expires_at": expires_at},
    )
    record("team.invited", tenant=tenant, by=by, target=invitation, after={"role": role.value})
    transaction.on_commit(partial(tasks.send_invitation.delay, invitation_id=invitation.pk), robust=True)
    return invitation


def invitation_token(invitation: Invitation) -> str:
    """Return the signed token for the link in the letter."""
    return signing.dumps(str(invitation.uuid), salt=SALT)


def invitation_for(token: str, *, at: datetime) -> Invitation:
    """Return the open invitation behind a link.

    Raises:
        InvitationInvalid: forged, accepted, withdrawn or too old.
    """
    try:
        uuid = signing.loads(token, salt=SALT, max_age=LONGEST_LIFE)
    except signing.BadSignature as error:
        raise InvitationInvalid from error
    invitation = Invitation.objects.open(at=at).select_related("tenant", "invited_by").filter(uuid=uuid).first()
    if invitation is None:
        raise InvitationInvalid
    return invitation


@transaction.atomic
def accept_invitation(invitation: Invitation, *, user: User, at: datetime) -> Membership:
    """Join the team, once; the letter proves the e-mail, and the team vouches for the person.

    Raises:
        InvitationInvalid: used, withdrawn, too old, or meant for another e-mail.
    """
    if user.email.lower() != invitation.email:
        raise InvitationInvalid
    if not Invitation.objects.open(at=at).filter(pk=invitation.pk).update(accepted_at=at):
        raise InvitationInvalid
    membership, is_new = Membership.objects.get_or_create(
        tenant=invitation.tenant,
        user=user,
        defaults={"role": invitation.role, "invited_by": invitation.invited_by},
    )
    confirm_email(user, at=at)
    approve(user, by=None, at=at, invited=True)
    if is_new:
        record("team.joined", tenant=invitation.tenant, by=user, target=user, after={"role": invitation.role})
        joined = partial(member_joined.send, sender=Membership, user=user, tenant=invitation.tenant)
        transaction.on_commit(joined)
    return membership


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Withdraw an invitation that was not accepted.

    Raises:
        RoleRequired: ``by`` is no administrator.
    """
    require_role(by, invitation.tenant, Role.ADMIN)
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=at):
        record("team.invitation_revoked", tenant=invitation.tenant, by=by, target=invitation)


@transaction.atomic
def change_role(membership: Membership, *, role: Role, by: User) -> None:
    """Give a member another role.

    Raises:
        RoleRequired: ``by`` is no administrator.
        OwnerStays: the member owns the tenant.
    """
    require_role(by, membership.tenant, Role.ADMIN)
    _refuse_owner(membership)
    before = membership.role
    Membership.objects.filter(pk=membership.pk).update(role=role)
    membership.role = role
    if before != role:
        facts = {"before": {"role": before}, "after": {"role": role.value}}
        record("team.role_changed", tenant=membership.tenant, by=by, target=membership.user, **facts)


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """Take a person out of the team; members may leave by themselves.

    Raises:
        RoleRequired: ``by`` is neither an administrator nor the member.
        OwnerStays: the member owns the tenant.
    """
    if membership.user_id != by.pk:
        require_role(by, membership.tenant, Role.ADMIN)
    _refuse_owner(membership)
    user, tenant = membership.user, membership.tenant
    action = "team.left" if user.pk == by.pk else "team.removed"
    record(action, tenant=tenant, by=by, target=user, before={"role": membership.role})
    membership.delete()
    transaction.on_commit(partial(member_removed.send, sender=Membership, user=user, tenant=tenant))


def _require_room(tenant: Tenant, *, email: str, at: datetime) -> None:
    limit = setting(SettingCategory.LIMITS, "team_members")
    waiting = Invitation.objects.of(tenant).open(at=at).exclude(email=email).count()
    if tenant.memberships.count() + waiting >= limit:
        raise TeamFull(limit=limit)


def _refuse_owner(membership: Membership) -> None:
    if membership.tenant.owner_id == membership.user_id:
        raise OwnerStays
