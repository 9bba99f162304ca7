"""The operators' page: a frame that the socket fills (docs/console.md)."""

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.pages import Request, role_required
from operators import wording


@require_safe
@role_required(Role.OPERATOR)
def console(request: Request) -> HttpResponse:
    """Show the live console of the current shop."""
    config = {"tenant": str(request.tenant.uuid), "language": get_language() or "ru", "token": get_token(request)}
    return render(request, "operators/console.html", {"config": config, "words": wording.of_console()})
