"""The first and the last of the first steps: what the shop is for, and going live."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Goal
from accounts.models import Tenant, User
from accounts.ports import FirstStep
from accounts.services.audit import record, snapshot

NAMES = ("name", "goal", "website")


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """What the shop is called, what it wants, and its site."""

    goal = forms.ChoiceField(label=_("What shall Otklik do first?"), choices=Goal.choices, widget=forms.RadioSelect)

    class Meta:
        model = Tenant
        fields = NAMES
        labels = {"name": _("Name of your shop"), "website": _("Your site, if there is one")}
        widgets = {"website": forms.URLInput(attrs={"placeholder": "https://example.com", "inputmode": "url"})}
        field_classes = {"website": forms.URLField}


def company_form(tenant: Tenant, data: Any = None, files: Any = None) -> CompanyForm:
    """Return the form of the first step."""
    return CompanyForm(data, instance=tenant, initial={"goal": tenant.goal or Goal.BOTH})


def save_company(tenant: Tenant, user: User, form: Any, at: datetime) -> Mapping[str, Any] | None:
    """Save what the shop is for."""
    before = snapshot(Tenant.objects.get(pk=tenant.pk), NAMES)
    form.save()
    record("shop.changed", tenant=tenant, by=user, target=tenant, before=before, after=snapshot(tenant, NAMES))
    return None


def nothing(tenant: Tenant, data: Any = None, files: Any = None) -> forms.Form:
    """Return the form of a step that asks for nothing."""
    return forms.Form(data)


def go_on(tenant: Tenant, user: User, form: Any, at: datetime) -> Mapping[str, Any] | None:
    """Do nothing: the step is the decision itself."""
    return None


COMPANY = FirstStep(
    number=0,
    title=_("Your shop and its goal"),
    lead=_("So that the assistant knows whom it speaks for, and we show what you need first."),
    icon="building",
    form=company_form,
    carry_out=save_company,
    is_done=lambda tenant: bool(tenant.goal),
)
LAUNCH = FirstStep(
    number=5,
    title=_("Launch"),
    lead=_("Look over what is ready. What you skipped waits on the home page."),
    icon="bolt",
    form=nothing,
    carry_out=go_on,
    is_done=lambda tenant: bool(tenant.owner and tenant.owner.onboarding_completed),
    template="accounts/onboarding/launch.html",
)
