"""Log-in of people's programs: an e-mail and a password for a pair of tokens."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.api.authentication import JwtAuthentication
from accounts.api.serializers import (
    AccessSerializer,
    CredentialsSerializer,
    MeSerializer,
    RefreshSerializer,
    TokenPairSerializer,
)
from accounts.errors import ApprovalRequired, EmailUnconfirmed
from accounts.models import ApiKeyPrincipal, Tenant, User
from accounts.services.people import normalised_email


class CredentialsInvalid(AuthenticationFailed):
    """No such e-mail, a wrong password, a blocked person or a wrong second factor: nobody learns which."""

    default_code = "invalid_credentials"
    default_detail = _("The e-mail, the password or the code is wrong.")


class EntranceView(APIView):
    """A door that is open to strangers."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []

    def get_authenticate_header(self, request: Request) -> str:
        """Name the scheme, so that a refusal is 401 and not 403."""
        return "Bearer"


class TokenView(EntranceView):
    """``POST auth/token/``."""

    @extend_schema(tags=["auth"], request=CredentialsSerializer, responses=TokenPairSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Return a pair of tokens; a wrong password and an unknown e-mail answer alike and in like time."""
        payload = CredentialsSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        user = _authenticated(request, **payload.validated_data)
        _refuse_unadmitted(user)
        refresh = RefreshToken.for_user(user)
        return Response({"access": str(refresh.access_token), "refresh": str(refresh)})


class RefreshView(EntranceView):
    """``POST auth/token/refresh/``."""

    @extend_schema(tags=["auth"], request=RefreshSerializer, responses=AccessSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Return a fresh access token, as long as the person is still let in with this password."""
        payload = RefreshSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        try:
            refresh = RefreshToken(payload.validated_data["refresh"])
        except TokenError as error:
            raise InvalidToken from error
        _refuse_unadmitted(JwtAuthentication().get_user(refresh))
        return Response({"access": str(refresh.access_token)})


class MeView(APIView):
    """``GET auth/me/``."""

    works_without_tenant = True

    @extend_schema(tags=["auth"], responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Return who calls and which shops they see."""
        principal: Any = request.user
        is_program = isinstance(principal, ApiKeyPrincipal)
        facts = {
            "kind": "api_key" if is_program else "person",
            "person": None if is_program else principal,
            "scopes": sorted(principal.scopes) if is_program else [],
            "tenants": Tenant.objects.visible_to(principal).order_by("pk"),
        }
        return Response(MeSerializer(facts, context={"request": request}).data)


def _authenticated(request: Request, *, email: str, password: str, code: str = "") -> User:
    """Check e-mail, password and second factor under the same limits as the log-in page."""
    django_request = request._request  # noqa: SLF001 -- allauth wants Django's
    try:
        user: Any = get_adapter(django_request).authenticate(
            django_request, email=normalised_email(email), password=password
        )
    except ValidationError as error:
        raise Throttled(wait=60) from error
    if user is None or not user.is_active or not _passes_second_factor(user, code):
        raise CredentialsInvalid
    person: User = user
    return person


def _passes_second_factor(user: User, code: str) -> bool:
    factors = list(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN))
    return not factors or (bool(code) and any(factor.wrap().validate_code(code) for factor in factors))


def _refuse_unadmitted(user: User) -> None:
    if not user.is_email_confirmed:
        raise EmailUnconfirmed
    if not user.is_approved:
        raise ApprovalRequired
