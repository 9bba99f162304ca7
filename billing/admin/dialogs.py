"""What the dialogs of billing's admin share."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from config.errors import DomainError


def carry_out(
    page: "ModelAdmin[Any]", request: HttpRequest, verb: Callable[[], object], *, done: str, url: str
) -> HttpResponse:
    """Call ``verb``, say how it went and lead on to ``url``."""
    try:
        verb()
    except DomainError as refusal:
        page.message_user(request, str(refusal), messages.ERROR)
    else:
        page.message_user(request, done, messages.SUCCESS)
    return HttpResponseClientRedirect(url)


def staff(request: HttpRequest) -> User:
    """Return the member of our staff who acts; the admin lets in nobody else."""
    if not isinstance(request.user, User):
        raise TypeError
    return request.user
