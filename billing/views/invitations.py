"""Invitations of other shops: the link that brings them, and the page that says what it brought."""

from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import letters
from accounts.enums import Role
from accounts.services import require_role
from billing import reports, services
from billing.models import Referral
from billing.services.referrals import HOLD_PERIOD, LONGEST, REWARD_SHARE, REWARDED_TOP_UPS, count_click
from billing.views.requests import Request, may_pay, shop_of
from config.throttling import seconds_to_wait

COOKIE: Final = "otklik_invitation"
PARAMETER: Final = "ref"
KEPT_FOR: Final = 30 * 24 * 3600
CLICKS_RATE: Final = "1/hour"


@login_not_required
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the invitation for a month and lead on to the sign-up; the first one that somebody followed stays."""
    response = redirect("account_signup")
    if code_in(request):
        return response
    spelled = code.strip().upper()[:LONGEST]
    visitor = str(request.META.get("REMOTE_ADDR", ""))
    is_counted = request.method == "GET" and not seconds_to_wait(CLICKS_RATE, "billing.clicks", spelled, visitor)
    if is_counted and count_click(spelled) is None:
        return response
    response.set_signed_cookie(
        COOKIE, spelled, max_age=KEPT_FOR, httponly=True, secure=settings.IS_SECURE, samesite="Lax"
    )
    return response


@require_safe
def invitations(request: Request) -> HttpResponse:
    """Show the shop's link, how far its guests came, what that earned, and by whom the shop came itself."""
    shop = shop_of(request)
    require_role(request.user, shop, Role.ADMIN)
    code = services.referral_code_of(shop)
    context = {
        "code": code,
        "link": letters.absolute(reverse("invitation_link", args=[code.code])),
        "funnel": reports.funnel_of(shop, code),
        "came_by": Referral.objects.filter(referred_tenant=shop).select_related("tenant").first(),
        "percent": int(REWARD_SHARE * 100),
        "top_ups": REWARDED_TOP_UPS,
        "days": HOLD_PERIOD.days,
        "may_pay": may_pay(request),
    }
    return render(request, "billing/invitations.html", context)


def code_in(request: HttpRequest) -> str:
    """Return the invitation a visitor came by: of the link they followed, or of the address they opened."""
    followed: str = request.get_signed_cookie(COOKIE, default="", max_age=KEPT_FOR) or ""
    return followed or request.GET.get(PARAMETER, "")[:LONGEST]
