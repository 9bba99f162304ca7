"""How allauth's flows become our services."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up, confirmation and log-in by e-mail."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Log-in with Yandex ID."""
