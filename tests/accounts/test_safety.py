"""Second steps that must be, sessions that end, a shop that changes hands."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils.timezone import now

from accounts import services
from accounts.enums import Role, SettingCategory
from accounts.errors import NotAMember, OwnerRequired, RoleRequired
from accounts.models import AuditEntry, Notification, User
from accounts.services import safety
from tests.factories.accounts import PASSWORD, InvitationFactory, MembershipFactory, TenantFactory, UserFactory

pytestmark = pytest.mark.django_db
SET_UP = "/accounts/2fa/totp/activate/"


def with_factor(user):
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return user


def test_staff_has_some_days_then_the_administration_asks_for_a_second_step(browser_of):
    staff = User.objects.create_superuser("staff@example.com")
    browser = browser_of(staff)
    assert browser.get("/admin/").status_code == 200  # the days begin

    User.objects.filter(pk=staff.pk).update(staff_since=now() - timedelta(days=8))
    assert browser.get("/admin/")["Location"] == SET_UP
    assert browser.get(SET_UP).status_code in {200, 302}  # which may ask for the password again

    with_factor(staff)
    assert browser.get("/admin/").status_code == 200


def test_the_days_are_a_setting(browser_of):
    services.set_setting(SettingCategory.SECURITY, "staff_second_factor_days", 0)

    assert browser_of(User.objects.create_superuser("staff@example.com")).get("/admin/")["Location"] == SET_UP


def test_a_shop_asks_its_members_for_a_second_step(browser_of):
    member = MembershipFactory(role=Role.OPERATOR)
    owner = with_factor(member.tenant.owner)
    browser_of(owner).post("/team/second-factor/", {"demanded": "on"})

    browser = browser_of(member.user)
    assert browser.get("/dialogs/")["Location"] == SET_UP
    assert browser.get("/profile/").status_code == 200
    assert Notification.objects.get().user == member.user
    with_factor(member.user)
    assert browser.get("/dialogs/").status_code == 200
    assert browser_of(owner).get("/dialogs/").status_code == 200


def test_who_has_none_cannot_demand_one_and_operators_never(browser_of):
    member = MembershipFactory(role=Role.OPERATOR)
    tenant = member.tenant

    assert browser_of(tenant.owner).post("/team/second-factor/", {"demanded": "on"})["Location"] == "/accounts/2fa/"
    with pytest.raises(RoleRequired):
        safety.demand_second_factor(tenant, by=member.user, demanded=True, at=now())
    tenant.refresh_from_db()
    assert not tenant.needs_second_factor


def test_a_person_sees_and_ends_sessions():
    user = TenantFactory().owner
    phones = [Client(headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/605"}) for _ in range(3)]
    for phone in phones:
        phone.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    here, lost, _forgotten = phones
    page = here.get("/profile/sessions/").content.decode()
    chosen = UserSession.objects.get(session_key=lost.session.session_key)

    here.post("/profile/sessions/end/", {"session": chosen.pk})
    assert [phone.get("/profile/").status_code for phone in phones] == [200, 302, 200]
    here.post("/profile/sessions/end/")
    assert [phone.get("/profile/").status_code for phone in phones] == [200, 302, 302]
    assert page.count("iPhone") == 3
    assert AuditEntry.objects.filter(action="security.sessions_ended").count() == 2


def test_nobody_ends_anothers_session():
    user, stranger = TenantFactory().owner, TenantFactory().owner
    theirs, ours = Client(), Client()
    theirs.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    ours.post("/accounts/login/", {"login": stranger.email, "password": PASSWORD})

    ours.post("/profile/sessions/end/", {"session": UserSession.objects.get(user=user).pk})
    ours.post("/profile/sessions/end/", {"session": "x"})

    assert theirs.get("/profile/").status_code == 200


def test_a_shop_changes_hands_by_its_owner_only(browser_of):
    member = MembershipFactory(role=Role.OPERATOR)
    tenant, former = member.tenant, member.tenant.owner
    admin = MembershipFactory(tenant=tenant, role=Role.ADMIN).user

    with pytest.raises(OwnerRequired):
        safety.hand_over(tenant, to=admin, by=admin, at=now())
    with pytest.raises(NotAMember):
        safety.hand_over(tenant, to=UserFactory(), by=former, at=now())
    browser_of(former).post("/team/owner/", {"member": member.user.uuid})

    tenant.refresh_from_db()
    assert tenant.owner == member.user
    assert (member.user.role_in(tenant), former.role_in(tenant)) == (Role.ADMIN, Role.ADMIN)
    assert tenant.memberships.get(user=member.user).role == Role.ADMIN
    assert AuditEntry.objects.get(action="team.owner_changed").after == {"owner": member.user.email}


def test_an_invitation_is_sent_again_and_valid_anew(
    browser_of, mailoutbox, eager_tasks, django_capture_on_commit_callbacks
):
    invitation = InvitationFactory(expires_at=now() + timedelta(hours=1))

    with django_capture_on_commit_callbacks(execute=True):
        browser_of(invitation.tenant.owner).post(f"/team/invitations/{invitation.uuid}/again/")

    invitation.refresh_from_db()
    assert invitation.expires_at > now() + timedelta(days=6)
    assert [letter.to for letter in mailoutbox] == [[invitation.email]]
