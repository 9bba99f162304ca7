"""The pages on which canned replies are kept."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from accounts.services import role_of
from assistants.models import Assistant
from config.errors import DomainError
from operators.models import CannedReply, CannedReplyQuerySet
from operators.services import canned

LONGEST: int = 8_000
UNPROCESSABLE: int = 422


class ReplyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A text, how it is called up, where, and by whom."""

    is_own = forms.ChoiceField(
        label=gettext_lazy("Who uses it"),
        choices=[("team", gettext_lazy("The whole team")), ("own", gettext_lazy("Only me"))],
    )

    class Meta:
        model = CannedReply
        fields = ("shortcut", "title", "text", "language_code", "assistant", "is_active")
        widgets = {
            "text": forms.Textarea(attrs={"rows": 8, "maxlength": LONGEST}),
            "language_code": forms.Select(choices=[("ru", "Русский"), ("en", "English")]),
        }

    def __init__(self, data: Any = None, *, request: Request, instance: CannedReply) -> None:
        super().__init__(data, instance=instance)
        self.request = request
        ours = Assistant.objects.visible_to(request.user).of(request.tenant)
        self.fields["assistant"].queryset = ours.order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField
        is_admin = role_of(request.user, request.tenant) == Role.ADMIN
        self.fields["is_own"].initial = "own" if instance.owner_id or not is_admin else "team"
        if not is_admin:
            self.fields["is_own"].choices = [("own", gettext_lazy("Only me"))]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_text(self) -> str:
        """Refuse variables nobody fills in."""
        text: str = self.cleaned_data["text"]
        if unknown := canned.unknown_in(text):
            names = ", ".join(map(canned.sign, unknown))
            raise forms.ValidationError(_("Nothing stands for %(names)s.") % {"names": names})
        return text

    def clean(self) -> dict[str, Any]:
        """Keep whose it is."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.instance.owner = self.request.user if data.get("is_own") == "own" else None
        return data


@require_safe
@role_required(Role.OPERATOR)
def reply_list(request: Request) -> HttpResponse:
    """List the team's replies and one's own."""
    rows = _ours(request).select_related("assistant", "owner").order_by("shortcut", "language_code", "pk")
    for row in rows:
        row.may_change = canned.may_change(row, request.user)  # type: ignore[attr-defined]  # for the template
    return render(request, "operators/replies.html", {"replies": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OPERATOR)
def reply_new(request: Request) -> HttpResponse:
    """Write a new reply."""
    return _edit(request, CannedReply(tenant=request.tenant, created_by=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.OPERATOR)
def reply(request: Request, uuid: UUID) -> HttpResponse:
    """Change a reply."""
    return _edit(request, get_object_or_404(_ours(request), uuid=uuid))


@require_POST
@role_required(Role.OPERATOR)
def reply_delete(request: Request, uuid: UUID) -> HttpResponse:
    """Delete a reply."""
    try:
        canned.forget(get_object_or_404(_ours(request), uuid=uuid), by=request.user)
    except DomainError as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("The reply is deleted."))
    return redirect("canned_replies")


def _edit(request: Request, found: CannedReply) -> HttpResponse:
    form = ReplyForm(request.POST or None, request=request, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            canned.keep(form.instance, by=request.user)
        except DomainError as refused:
            form.add_error("shortcut" if refused.code == "shortcut_taken" else None, str(refused))
        else:
            words = _("Saved. In the console it is called up by /%(name)s.")
            messages.success(request, words % {"name": found.shortcut})
            return redirect("canned_replies")
    context = {
        "form": form,
        "reply": found,
        "variables": [canned.sign(name) for name in canned.VARIABLES],
        "may_change": not found.pk or canned.may_change(CannedReply.objects.get(pk=found.pk), request.user),
    }
    return render(request, "operators/reply.html", context, status=UNPROCESSABLE if form.errors else 200)


def _ours(request: Request) -> CannedReplyQuerySet:
    rows: CannedReplyQuerySet = CannedReply.objects.visible_to(request.user).of(request.tenant)
    return rows.at_hand(request.user)
