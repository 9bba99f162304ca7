"""Who did what in the shop: to read, to filter, to take away."""

import csv
from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.pages import Request, role_required
from accounts.services.audit import actions, label_of
from config.pages import page_of

MOST_EXPORTED: Final = 50_000
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class AuditFilter(forms.Form):
    """Which deeds to show."""

    action = forms.ChoiceField(label=gettext_lazy("What was done"), required=False)
    person = forms.ModelChoiceField(
        label=gettext_lazy("Who"), queryset=User.objects.none(), required=False, to_field_name="uuid"
    )
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("Everything")), *actions()]  # type: ignore[attr-defined]  # a choice field
        people = User.objects.filter(memberships__tenant=request.tenant).order_by("email")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]  # a model choice field
        self.fields["person"].empty_label = _("Everybody")  # type: ignore[attr-defined]  # a model choice field


@require_safe
@role_required(Role.ADMIN)
def audit(request: Request) -> HttpResponse:
    """List the deeds of the shop's people, newest first."""
    form, rows = _filtered(request)
    page = page_of(rows, request.GET.get("page"))
    entries = [(entry, label_of(entry.action)) for entry in page.rows]
    is_filtered = any(request.GET.get(name) for name in form.fields)
    context = {"form": form, "page": page, "entries": entries, "is_filtered": is_filtered}
    return render(request, "accounts/audit.html", context)


@require_safe
@role_required(Role.ADMIN)
def export(request: Request) -> Any:
    """Send what the filter finds as CSV."""
    _form, rows = _filtered(request)
    head = [_("When"), _("Who"), _("What was done"), _("With what"), _("Before"), _("After"), _("Address")]
    response = StreamingHttpResponse(_lines(head, rows[:MOST_EXPORTED]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _lines(head: list[str], rows: Any) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(head)
    for entry in rows.iterator(chunk_size=500):
        moment = localtime(entry.created_at).isoformat(sep=" ", timespec="seconds")
        cells = [entry.actor_name, label_of(entry.action), entry.target, _flat(entry.before), _flat(entry.after)]
        yield writer.writerow([moment, *(_harmless(cell) for cell in cells), entry.ip or ""])


def _flat(facts: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in facts.items())


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking words for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _filtered(request: Request) -> tuple[AuditFilter, Any]:
    form = AuditFilter(request.GET, request=request)
    rows = AuditEntry.objects.visible_to(request.user).of(request.tenant).order_by("-pk")
    chosen = form.cleaned_data if form.is_valid() else {}
    lookups = {
        "action": "action",
        "person": "actor",
        "since": "created_at__date__gte",
        "until": "created_at__date__lte",
    }
    return form, rows.filter(**{lookups[name]: value for name, value in chosen.items() if value})
