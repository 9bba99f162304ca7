"""Second steps that must be, sessions that end, a shop that changes hands."""

from datetime import datetime, timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, SettingCategory, Topic
from accounts.errors import NotAMember, OwnerRequired
from accounts.models import Membership, Tenant, User
from accounts.services.access import require_role
from accounts.services.audit import record
from accounts.services.notifying import notify
from accounts.services.system import setting

FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Say whether the person logs in with a second step."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def lacks_staff_factor(user: User, *, at: datetime) -> bool:
    """Say whether one of our staff has to set a second step up before the administration opens.

    The time they have for it begins with their first visit there.
    """
    if user.staff_since is None:
        User.objects.filter(pk=user.pk, staff_since=None).update(staff_since=at)
        user.staff_since = at
    grace = timedelta(days=setting(SettingCategory.SECURITY, "staff_second_factor_days"))
    return at >= user.staff_since + grace and not has_second_factor(user)


def lacks_shop_factor(user: User, tenant: Tenant | None) -> bool:
    """Say whether the shop wants a second step that the person does not have."""
    return tenant is not None and tenant.needs_second_factor and not has_second_factor(user)


@transaction.atomic
def demand_second_factor(tenant: Tenant, *, by: User, demanded: bool, at: datetime) -> None:
    """Let nobody into the shop without a second step, or let them again.

    Raises:
        RoleRequired: ``by`` is no administrator.
    """
    require_role(by, tenant, Role.ADMIN)
    if (
        not Tenant.objects.filter(pk=tenant.pk)
        .exclude(needs_second_factor=demanded)
        .update(needs_second_factor=demanded)
    ):
        return
    tenant.needs_second_factor = demanded
    record("security.second_factor", tenant=tenant, by=by, target=tenant, after={"needed": demanded})
    if demanded:
        notify(
            tenant,
            topic=Topic.TEAM,
            title=_("The shop asks for a second step at log-in"),
            text=_("Set it up in your profile; without it the shop does not open."),
            url="/accounts/2fa/",
            key=f"second-factor:{at.isoformat()}",
            role=Role.USER,
            by=by,
            at=at,
        )


def sessions_of(user: User) -> list[UserSession]:
    """Return where a person is logged in, the latest first; sessions that ended are forgotten."""
    live: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(live, key=lambda session: session.last_seen_at, reverse=True)


def end_sessions(user: User, *, spared: str = "", only: int | None = None) -> int:
    """Log a person out of one session, or of all but one; return of how many."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=spared)
    chosen = list(rows if only is None else rows.filter(pk=only))
    for session in chosen:
        session.end()
    if chosen:
        record("security.sessions_ended", tenant=None, by=user, target=user, after={"count": len(chosen)})
    return len(chosen)


@transaction.atomic
def hand_over(tenant: Tenant, *, to: User, by: User, at: datetime) -> None:
    """Make another member the owner; the former one stays an administrator.

    Raises:
        OwnerRequired: ``by`` does not own the shop.
        NotAMember: ``to`` is not in the team, or may not act.
    """
    if not Membership.objects.of(tenant).filter(user=to).exists() or not (to.is_active and to.is_approved):
        raise NotAMember
    if not Tenant.objects.filter(pk=tenant.pk, owner=by).update(owner=to):
        raise OwnerRequired
    tenant.owner = to
    Membership.objects.of(tenant).filter(user__in=[to, by]).update(role=Role.ADMIN)
    before, after = {"owner": by.email}, {"owner": to.email}
    record("team.owner_changed", tenant=tenant, by=by, target=to, before=before, after=after)
    notify(
        tenant,
        topic=Topic.TEAM,
        title=_("You own the shop now"),
        text=_("Its former owner handed it over to you. Money, team and the shop itself are yours to decide about."),
        url="/team/",
        key=f"owner:{at.isoformat()}",
        to=[to],
        at=at,
    )


def facts_of(session: Any) -> dict[str, Any]:
    """Return what a person recognises a session by."""
    agent = session.user_agent or ""
    systems = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
    browsers = (("YaBrowser", "Yandex"), ("Edg/", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
    return {
        "pk": session.pk,
        "key": session.session_key,
        "ip": session.ip,
        "system": next((name for name in systems if name in agent), ""),
        "browser": next((name for mark, name in browsers if mark in agent), "Safari" if "Safari" in agent else ""),
        "since": session.created_at,
        "seen": session.last_seen_at,
    }
