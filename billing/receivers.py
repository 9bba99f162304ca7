"""What billing hears from others."""

from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from billing.services import referrals
from billing.views.invitations import code_in


@receiver(user_signed_up)
def remember_invitation(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Note by whose link a new person came."""
    if code := code_in(request):
        referrals.came_by_link(user, code=code)
