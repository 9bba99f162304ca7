"""Beginning to see a shop with the eyes of one of its people."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts.impersonation import SESSION_KEY
from accounts.models import Tenant, User
from accounts.models.office import SHORTEST_REASON
from accounts.services.impersonating import MINUTES, begin_impersonation
from config.errors import DomainError


class ImpersonationForm(forms.Form):
    """As whom, why, how long."""

    person = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Person"), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=SHORTEST_REASON,
        max_length=500,
        help_text=gettext_lazy("For example the ticket in which the seller asked for help."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("How long"), coerce=int, initial=MINUTES[0], widget=UnfoldAdminSelectWidget
    )

    def __init__(self, tenant: Tenant, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["person"]
        people.queryset = User.objects.filter(
            memberships__tenant=tenant, is_staff=False, is_superuser=False, is_active=True, is_approved=True
        ).order_by("memberships__pk")
        minutes: Any = self.fields["minutes"]
        minutes.choices = [
            (number, ngettext("{count} minute", "{count} minutes", number).format(count=number)) for number in MINUTES
        ]


def impersonate(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask as whom and why, then go to the shop's home page as that person."""
    tenant = get_object_or_404(Tenant, pk=pk)
    form = ImpersonationForm(tenant, request.POST or None)
    if request.method == "POST" and form.is_valid():
        staff: Any = request.user
        try:
            look = begin_impersonation(tenant, staff=staff, at=now(), **form.cleaned_data)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            request.session[SESSION_KEY] = str(look.uuid)
            return redirect("home")
    context = {
        **admin.site.each_context(request),
        "title": _("See {name} with a seller’s eyes").format(name=tenant.name),
        "shop": tenant,
        "form": form,
    }
    return TemplateResponse(request, "config/impersonate.html", context, status=422 if form.errors else 200)
