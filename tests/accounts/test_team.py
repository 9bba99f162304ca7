"""Invitations, roles, leaving."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils.timezone import now

from accounts import services
from accounts.enums import Role
from accounts.errors import AlreadyMember, InvitationInvalid, OwnerStays, RoleRequired
from accounts.models import Invitation, Membership
from tests.factories.accounts import InvitationFactory, MembershipFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_invited_person_joins_and_is_let_in(django_capture_on_commit_callbacks, eager_tasks):
    tenant = TenantFactory()
    with django_capture_on_commit_callbacks(execute=True):
        services.invite(tenant, email="Bob@example.com", role=Role.OPERATOR, by=tenant.owner, at=now())
    (letter,) = mail.outbox
    token = letter.body.split("/invitations/")[1].split("/")[0]
    bob = UserFactory(email="bob@example.com", is_approved=False, is_email_confirmed=False)

    services.accept_invitation(services.invitation_for(token, at=now()), user=bob, at=now())

    bob.refresh_from_db()
    assert (bob.is_approved, bob.is_email_confirmed, bob.role_in(tenant)) == (True, True, Role.OPERATOR)
    with pytest.raises(InvitationInvalid):
        services.invitation_for(token, at=now())


def test_a_second_invitation_renews_the_first():
    tenant = TenantFactory()
    for role in (Role.USER, Role.ADMIN):
        services.invite(tenant, email="bob@example.com", role=role, by=tenant.owner, at=now())

    assert Invitation.objects.get().role == Role.ADMIN


@pytest.mark.parametrize(
    "spoil",
    [
        {"expires_at": now() - timedelta(minutes=1)},
        {"revoked_at": now()},
        {"accepted_at": now()},
    ],
)
def test_a_spoilt_invitation_lets_nobody_in(spoil):
    invitation = InvitationFactory(**spoil)
    bob = UserFactory(email=invitation.email)

    with pytest.raises(InvitationInvalid):
        services.accept_invitation(invitation, user=bob, at=now())

    assert not Membership.objects.filter(user=bob).exists()


@pytest.mark.parametrize("token", ["", "x", "ImZvcmdlZCI:1abc:def"])
def test_a_forged_link_is_refused(client, token):
    with pytest.raises(InvitationInvalid):
        services.invitation_for(token, at=now())


def test_an_invitation_is_for_its_email_only():
    invitation = InvitationFactory()

    with pytest.raises(InvitationInvalid):
        services.accept_invitation(invitation, user=UserFactory(), at=now())


def test_a_member_is_not_invited_again():
    membership = MembershipFactory()

    with pytest.raises(AlreadyMember):
        services.invite(
            membership.tenant, email=membership.user.email, role=Role.USER, by=membership.tenant.owner, at=now()
        )


@pytest.mark.parametrize("role", [Role.USER, Role.OPERATOR])
def test_only_administrators_manage_the_team(role):
    membership, other = MembershipFactory(role=role), None
    other = MembershipFactory(tenant=membership.tenant)
    by, tenant = membership.user, membership.tenant

    for verb in (
        lambda: services.invite(tenant, email="x@example.com", role=Role.USER, by=by, at=now()),
        lambda: services.change_role(other, role=Role.ADMIN, by=by),
        lambda: services.remove_member(other, by=by),
        lambda: services.issue_api_key(tenant, name="k", scopes=["all"], created_by=by, at=now()),
    ):
        with pytest.raises(RoleRequired):
            verb()

    assert not Invitation.objects.exists()
    assert Membership.objects.get(pk=other.pk).role == Role.OPERATOR


def test_the_owner_stays():
    tenant = TenantFactory()
    membership = Membership.objects.get(user=tenant.owner)

    with pytest.raises(OwnerStays):
        services.remove_member(membership, by=tenant.owner)
    with pytest.raises(OwnerStays):
        services.change_role(membership, role=Role.USER, by=tenant.owner)


def test_a_member_may_leave():
    membership = MembershipFactory(role=Role.USER)

    services.remove_member(membership, by=membership.user)

    assert not Membership.objects.filter(user=membership.user).exists()
