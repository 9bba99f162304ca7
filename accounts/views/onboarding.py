"""The first steps of a new shop, one page each."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.middleware import SESSION_KEY
from accounts.pages import Request, role_required
from accounts.ports import FirstStep, first_steps, fulfilled
from accounts.services import onboarding
from config.errors import DomainError
from config.templatetags.otklik import roubles


@require_safe
@role_required(Role.ADMIN)
def start(request: Request) -> HttpResponse:
    """Go on where one stopped."""
    return redirect("onboarding_step", number=min(request.user.onboarding_step, onboarding.LAST))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def step(request: Request, number: int) -> HttpResponse:
    """Show a step; do it, or skip it, and go on."""
    current = _step(number)
    if request.method != "POST":
        return _page(request, current, current.form(request.tenant))
    if "skip" in request.POST or "next" in request.POST:
        return _leave(request, current, skipped="skip" in request.POST)
    form = current.form(request.tenant, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, current, form, status=422)
    try:
        shown = current.carry_out(request.tenant, request.user, form, now())
    except DomainError as refused:
        form.add_error(None, str(refused))
        return _page(request, current, form, status=422)
    return _leave(request, current) if shown is None else _page(request, current, form, shown=shown)


@require_POST
def open_demo(request: HttpRequest) -> HttpResponse:
    """Give the person a shop of their own with examples in it, and go there."""
    if fulfilled.open_demo is None:
        raise Http404
    shop = fulfilled.open_demo(request.user, now())  # type: ignore[arg-type]  # LoginRequiredMiddleware went before
    request.session[SESSION_KEY] = str(shop.uuid)
    messages.success(request, _("This is an example shop of your own. Nothing in it is real: try everything."))
    return redirect("home")


def _leave(request: Request, current: FirstStep, *, skipped: bool = False) -> HttpResponse:
    at = now()
    bonus = onboarding.leave_step(request.user, request.tenant, number=current.number, at=at, skipped=skipped)
    if bonus:
        words = _("Welcome! %(amount)s are on your balance: enough to try everything.")
        messages.success(request, words % {"amount": roubles(bonus)})
    if current.number < onboarding.LAST:
        return redirect("onboarding_step", number=current.number + 1)
    if onboarding.launch(request.user, request.tenant, at=at):
        messages.success(request, _("Your shop is live. Well done!"))
    return redirect("home")


def _page(request: Request, current: FirstStep, form: Any, *, shown: Any = None, status: int = 200) -> HttpResponse:
    context = {
        "step": current,
        "steps": onboarding.checklist(request.tenant),
        "form": form,
        "shown": shown,
        "extra": current.context(request.tenant),
        "last": onboarding.LAST,
        "is_multipart": form.is_multipart(),
    }
    return render(request, "accounts/onboarding/step.html", context, status=status)


def _step(number: int) -> FirstStep:
    found = {each.number: each for each in first_steps()}.get(number)
    if found is None:
        raise Http404
    return found
