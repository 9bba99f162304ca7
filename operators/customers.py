"""A customer's pages, without a login: their ticket behind a signed address, and the form that opens one."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from assistants.models import Assistant
from config.addresses import address_of
from config.db import new_uuid
from config.errors import DomainError
from config.throttling import seconds_to_wait
from dialogs.services.visiting import consent_page_of
from operators.models import Ticket
from operators.services import asking, pages

SALT: Final = "otklik.ticket-form"
SOONEST: Final = 3  # seconds in which no person fills a form
LATEST: Final = 24 * 3600
REPLY_RATE: Final = "20/hour"
ADDRESS_RATE: Final = "10/hour"
EMAIL_RATE: Final = "5/hour"
SHOP_RATE: Final = "300/hour"
UNPROCESSABLE: Final = 422
GONE: Final = 410
TOO_MANY: Final = 429


class ReplyForm(forms.Form):
    """What a customer adds to their request."""

    text = forms.CharField(
        label=gettext_lazy("Your message"), max_length=8_000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )


class AskForm(forms.Form):
    """A request of somebody who has no account; ``website`` is for machines, which fill in everything."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    title = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("What happened?"),
        max_length=8_000,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    consent = forms.BooleanField(
        label=gettext_lazy("I agree that the shop uses my name and address to answer this request.")
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)
    ticket = forms.CharField(max_length=300, widget=forms.HiddenInput)

    @property
    def is_by_machine(self) -> bool:
        """Say whether a trap was filled in."""
        return bool(self.data.get("website"))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show a customer their request, and take what they add; the address alone opens it."""
    try:
        found = pages.ticket_of(token)
    except pages.PageExpired:
        return render(request, "operators/customer/expired.html", status=GONE)
    if found is None:
        raise Http404
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if seconds_to_wait(REPLY_RATE, "ticket-page", str(found.pk)):
            return _too_many(request)
        try:
            kept = asking.add(found, text=form.cleaned_data["text"], at=now())
        except DomainError as refused:
            form.add_error("text", str(refused))
        else:
            messages.success(request, _("Your message is with us."))
            return redirect("ticket_page", token=token if kept.pk == found.pk else pages.token_of(kept))
    context = {"ticket": found, "said": asking.said_to_customer(found), "form": form, "shop": found.tenant.name}
    return _private(render(request, "operators/customer/ticket.html", context, status=_code(form)))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Open a ticket from a form that anybody may fill in."""
    assistant = Assistant.objects.on_websites().select_related("tenant").filter(uuid=uuid, tenant__is_active=True)
    found = assistant.first()
    if found is None:
        raise Http404
    form = AskForm(request.POST or None, initial={"ticket": signing.dumps(new_uuid().hex, salt=SALT)})
    if request.method == "POST" and form.is_valid():
        nonce = _nonce(form.cleaned_data["ticket"])
        if form.is_by_machine or nonce is None:
            form = AskForm(
                initial={**form.cleaned_data, "ticket": signing.dumps(new_uuid().hex, salt=SALT), "website": ""}
            )
            messages.warning(request, _("Please look through the form and send it once more."))
        elif _is_too_much(request, found, form.cleaned_data["email"]):
            return _too_many(request)
        else:
            opened = _open(found, form.cleaned_data, nonce)
            messages.success(request, _("Your request #%(number)d is registered.") % {"number": opened.number})
            return redirect("ticket_page", token=pages.token_of(opened))
    context = {"form": form, "shop": found.tenant.name, "consent_url": consent_page_of(found)}
    return _private(render(request, "operators/customer/ask.html", context, status=_code(form)))


def _open(assistant: Assistant, data: dict[str, Any], nonce: str) -> Ticket:
    return asking.ask(
        assistant.tenant,
        title=data["title"],
        text=data["text"],
        email=data["email"],
        name=data["name"],
        key=f"web:{nonce}",
        at=now(),
    )


def _nonce(ticket: str) -> str | None:
    """Return what names one filled form, or nothing when it was made up, filled too fast or left lying for a day."""
    try:
        nonce = str(signing.loads(ticket, salt=SALT, max_age=LATEST))
    except signing.BadSignature:
        return None
    try:
        signing.loads(ticket, salt=SALT, max_age=SOONEST)
    except signing.SignatureExpired:
        return nonce
    return None


def _is_too_much(request: HttpRequest, assistant: Assistant, email: str) -> bool:
    limits = (
        (ADDRESS_RATE, "ask-address", address_of(request)),
        (EMAIL_RATE, "address", email.lower()),
        (SHOP_RATE, "ask-shop", str(assistant.tenant_id)),
    )
    waits = [seconds_to_wait(rate, name, key) for rate, name, key in limits]  # each is counted
    return any(waits)


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=TOO_MANY)


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the address, which is a key, out of other sites and out of search engines."""
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" would take the Origin from our own forms too
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _code(form: forms.Form) -> int:
    return UNPROCESSABLE if form.is_bound and form.errors else 200
