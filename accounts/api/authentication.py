"""Who calls the API: people by JWT or session, programs by key."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from accounts.models import ApiKeyPrincipal, User
from accounts.services import authenticate_api_key

KEYWORD = "Api-Key"
LONGEST_SECRET = 128


class ApiKeyInvalid(AuthenticationFailed):
    """Unknown, expired, revoked, or of a shop that is closed."""

    default_code = "api_key_invalid"
    default_detail = _("This API key does not work.")


class JwtAuthentication(JWTAuthentication):
    """``Authorization: Bearer <access token>``."""

    def get_user(self, validated_token: Token) -> Any:
        """Return the person named by the token's public id."""
        try:
            return super().get_user(validated_token)
        except (ValidationError, ValueError) as error:  # the id is no UUID
            raise AuthenticationFailed(code="user_not_found") from error


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """``Authorization: Api-Key <key>``."""

    def authenticate(self, request: Request) -> tuple[ApiKeyPrincipal, Any] | None:
        """Return the program behind a live key, nobody when there is none.

        Raises:
            AuthenticationFailed: the key is unknown, expired or revoked.
        """
        scheme, _space, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != KEYWORD.lower():
            return None
        key = authenticate_api_key(secret.strip()[:LONGEST_SECRET], at=now())
        if key is None:
            raise ApiKeyInvalid
        return ApiKeyPrincipal(key), key

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme to ask for."""
        return KEYWORD


class SessionAuthentication(authentication.SessionAuthentication):
    """The dashboard's own calls."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Return the logged-in person; a request that names another credential is not theirs."""
        if request.META.get("HTTP_AUTHORIZATION"):
            return None
        authenticated: tuple[User, None] | None = super().authenticate(request)
        return authenticated


class JwtScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the API's description names people's tokens."""

    target_class = "accounts.api.authentication.JwtAuthentication"
    name = "jwt"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the API's description names programs' keys."""

    target_class = "accounts.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Api-Key otk_…`"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the API's description names the dashboard's session."""

    target_class = "accounts.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
