"""Who calls the API: people by JWT or session, programs by key."""

from rest_framework import authentication
from rest_framework_simplejwt.authentication import JWTAuthentication


class JwtAuthentication(JWTAuthentication):
    """``Authorization: Bearer <access token>``."""


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """``Authorization: Api-Key <key>``."""

    def authenticate(self, request: object) -> None:
        """Return nobody until keys exist."""


class SessionAuthentication(authentication.SessionAuthentication):
    """The dashboard's own calls."""
