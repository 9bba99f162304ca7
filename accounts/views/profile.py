"""What people say about themselves and their shop."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.enums import Role
from accounts.forms import ProfileForm, ShopForm
from accounts.models import Tenant
from accounts.pages import Request, role_required
from accounts.services.audit import snapshot


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: Request) -> HttpResponse:
    """Show and change name, phone, language and time zone."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        translation.activate(request.user.language_code)
        messages.success(request, _("Saved."))
        response = redirect("profile")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, request.user.language_code, max_age=31_536_000, samesite="Lax"
        )
        return response
    may_manage = bool(request.tenant) and services.role_of(request.user, request.tenant) == Role.ADMIN
    shop_form = ShopForm(instance=request.tenant) if may_manage else None
    status = 422 if form.errors else 200
    return render(request, "accounts/profile.html", _context(form, shop_form), status=status)


@require_POST
@role_required(Role.ADMIN)
def rename_shop(request: Request) -> HttpResponse:
    """Change the shop's name, language and time zone."""
    form = ShopForm(request.POST, instance=request.tenant)
    before = snapshot(Tenant.objects.get(pk=request.tenant.pk), form.fields)
    if form.is_valid():
        form.save()
        after = snapshot(form.instance, form.fields)
        services.record(
            "shop.changed", tenant=request.tenant, by=request.user, target=request.tenant, before=before, after=after
        )
        messages.success(request, _("Saved."))
        return redirect("profile")
    context = _context(ProfileForm(instance=request.user), form)
    return render(request, "accounts/profile.html", context, status=422)


def _context(form: ProfileForm, shop_form: ShopForm | None) -> dict[str, Any]:
    return {"form": form, "shop_form": shop_form, "yandex": bool(settings.YANDEX_CLIENT_ID)}
