"""A shop's data: how long it is kept, taking it away, and leaving for good."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.enums import ExportStatus, Role
from accounts.models import DataExport, Tenant, TenantDeletion
from accounts.pages import Request, role_required
from accounts.services import exporting, leaving, retention
from config.errors import DomainError

PERIODS = (
    ("", gettext_lazy("For ever")),
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
    (180, gettext_lazy("Half a year")),
    (365, gettext_lazy("A year")),
    (1095, gettext_lazy("Three years")),
)


class RetentionForm(forms.Form):
    """For how long what is kept."""

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "dialogs": (_("Conversations that ended"), tenant.keep_dialogs_days),
            "files": (_("Files customers sent"), tenant.keep_files_days),
            "events": (_("Events for your programs"), tenant.keep_events_days),
        }
        for name, (label, days) in labels.items():
            known = (
                [*PERIODS]
                if days in {period for period, _label in PERIODS} or days is None
                else [
                    *PERIODS,
                    (days, _("%(days)d days") % {"days": days}),
                ]
            )
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=known, coerce=int, empty_value=None, required=False, initial=days or ""
            )


class DeletionForm(forms.Form):
    """The name of the shop, typed by hand, and why."""

    name = forms.CharField(label=gettext_lazy("Type the name of the shop"), max_length=255)
    reason = forms.CharField(
        label=gettext_lazy("What was missing? It helps us"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenant = tenant

    def clean_name(self) -> str:
        """Refuse another name."""
        name: str = self.cleaned_data["name"]
        if name.strip() != self.tenant.name.strip():
            raise ValidationError(_("This is not the name of the shop."))
        return name


@require_safe
@role_required(Role.ADMIN)
def data(request: Request) -> HttpResponse:
    """Show how long things are kept, exports, and the way out."""
    return _page(request)


@require_POST
@role_required(Role.ADMIN)
def change_retention(request: Request) -> HttpResponse:
    """Change for how long what is kept."""
    form = RetentionForm(request.POST, tenant=request.tenant)
    if not form.is_valid():
        return _page(request, retention_form=form, status=422)
    retention.change_retention(request.tenant, by=request.user, **form.cleaned_data)
    messages.success(request, _("Saved. What is older goes tonight."))
    return redirect("data")


@require_POST
@role_required(Role.ADMIN)
def request_export(request: Request) -> HttpResponse:
    """Ask for an archive."""
    try:
        exporting.request_export(request.tenant, by=request.user, at=now())
    except DomainError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("We are putting it together and write to you when it is ready."))
    return redirect("data")


@require_safe
@role_required(Role.ADMIN)
def download_export(request: Request, uuid: UUID) -> Any:
    """Send an archive whose time is not over."""
    rows = DataExport.objects.visible_to(request.user).of(request.tenant)
    export = get_object_or_404(rows, uuid=uuid, status=ExportStatus.READY, expires_at__gt=now())
    if not default_storage.exists(export.path):
        raise Http404
    services.record("data.exported", tenant=request.tenant, by=request.user, target=export)
    name = f"{request.tenant.slug}-{localdate(export.created_at):%Y-%m-%d}.zip"
    return FileResponse(default_storage.open(export.path), as_attachment=True, filename=name)


@require_POST
@role_required(Role.ADMIN)
def request_deletion(request: Request) -> HttpResponse:
    """Ask for the end of the shop."""
    form = DeletionForm(request.POST, tenant=request.tenant)
    if not form.is_valid():
        return _page(request, deletion_form=form, status=422)
    is_demo = request.tenant.is_demo
    try:
        reason = form.cleaned_data["reason"]
        leaving.request_deletion(request.tenant, by=request.user, at=now(), reason=reason)
    except DomainError as refused:
        form.add_error(None, str(refused))
        return _page(request, deletion_form=form, status=422)
    if is_demo:
        messages.success(request, _("The example shop is being deleted."))
        return redirect("home")
    messages.success(request, _("The shop will be deleted. Until then you can take it back here."))
    return redirect("data")


@require_POST
@role_required(Role.ADMIN)
def cancel_deletion(request: Request) -> HttpResponse:
    """Take the end of the shop back."""
    live = get_object_or_404(TenantDeletion.objects.of(request.tenant).live())
    if leaving.cancel_deletion(live, by=request.user, at=now()):
        messages.success(request, _("The shop stays."))
    else:
        messages.warning(request, _("It is too late: the deletion is under way."))
    return redirect("data")


def _page(
    request: Request, *, retention_form: Any = None, deletion_form: Any = None, status: int = 200
) -> HttpResponse:
    context = {
        "retention_form": retention_form or RetentionForm(tenant=request.tenant),
        "deletion_form": deletion_form or DeletionForm(tenant=request.tenant),
        "exports": DataExport.objects.of(request.tenant).select_related("requested_by").order_by("-pk")[:10],
        "deletion": TenantDeletion.objects.of(request.tenant).live().first(),
        "is_owner": request.tenant.owner_id == request.user.pk,
        "now": now(),
    }
    return render(request, "accounts/data.html", context, status=status)
