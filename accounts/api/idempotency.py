"""``Idempotency-Key`` for every POST of the API, in one place.

The first request with a key acts; its repeats within a day get the same status
and body and the header ``Idempotent-Replayed``. A repeat while the first one
runs is refused with 409, the same key with another body with 422. Nothing is
kept of answers that say "not now" or "not you" (401, 403, 429, 5xx) or that
stream.
"""

import hashlib
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.utils.timezone import now
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.settings import api_settings

from accounts import services
from accounts.models import ApiKeyPrincipal, IdempotencyKey
from config.errors import DomainError

PREFIX: Final = "/api/v1/"
LONGEST_KEY: Final = 255
NOT_KEPT: Final = frozenset({401, 403, 429})
STREAM: Final = "text/event-stream"


class IdempotencyMiddleware:
    """Claim the key before the view, keep its answer after."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve the request and settle its claim, if ``process_view`` made one."""
        try:
            response = self.get_response(request)
        except BaseException:
            _settle(request, None)
            raise
        _settle(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Claim the key, or answer in the view's stead."""
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method != "POST" or not request.path_info.startswith(PREFIX):
            return None
        if STREAM in request.headers.get("Accept", ""):
            return None
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            return _problem(HTTPStatus.BAD_REQUEST, "idempotency_key_invalid", "The Idempotency-Key is not acceptable.")
        principal = _principal(request, view)
        if principal is None or request.tenant is None:  # type: ignore[attr-defined]  # set by TenantMiddleware
            return None
        try:
            return _claim(request, key, principal)
        except (RequestDataTooBig, MultiPartParserError):
            return _problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "payload_too_large", "The body is too large.")


def _claim(request: HttpRequest, key: str, principal: str) -> HttpResponse | None:
    try:
        claim = services.begin(
            request.tenant,  # type: ignore[attr-defined]  # set by TenantMiddleware
            principal=principal,
            route=request.path_info[:LONGEST_KEY],
            key=key,
            body_hash=_hash(request),
            at=now(),
        )
    except DomainError as error:
        return JsonResponse(error.as_problem(), status=error.status, content_type="application/problem+json")
    if isinstance(claim, IdempotencyKey):
        request._idempotency_claim = claim  # type: ignore[attr-defined]  # noqa: SLF001 -- ours, on Django's object
        return None
    answer = HttpResponse(claim.body, status=claim.status, content_type=claim.content_type)
    answer["Idempotent-Replayed"] = "true"
    return answer


def _settle(request: HttpRequest, response: HttpResponseBase | None) -> None:
    claim = getattr(request, "_idempotency_claim", None)
    if claim is None:
        return
    is_kept = isinstance(response, HttpResponse) and not isinstance(response, StreamingHttpResponse)
    if response is None or not is_kept or response.status_code in NOT_KEPT or response.status_code >= 500:  # noqa: PLR2004 -- server errors
        services.forget(claim)
        return
    content_type = response.headers.get("Content-Type", "")
    services.finish(claim, status=response.status_code, content_type=content_type, body=response.content)  # type: ignore[attr-defined]  # an HttpResponse


def _principal(request: HttpRequest, view: Any) -> str | None:
    """Name the caller as the API itself would; nobody when the API will refuse."""
    default: Any = api_settings.DEFAULT_AUTHENTICATION_CLASSES
    classes = getattr(getattr(view, "cls", None), "authentication_classes", default)
    try:
        user = Request(request, authenticators=[authenticator() for authenticator in classes]).user
    except APIException:
        return None
    if isinstance(user, ApiKeyPrincipal):
        return f"key:{user.key.pk}"
    return f"user:{user.pk}" if user.is_authenticated else None


def _hash(request: HttpRequest) -> str:
    digest = hashlib.sha256(request.META.get("QUERY_STRING", "").encode())
    for part in _parts(request):
        digest.update(part)
    return digest.hexdigest()


def _parts(request: HttpRequest) -> Iterator[bytes]:
    """Return the body piece by piece; of a form its values and files, because boundaries differ."""
    if request.content_type != "multipart/form-data":
        yield request.body
        return
    for name, values in sorted(request.POST.lists()):
        yield repr((name, values)).encode()
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            yield repr((name, file.name, file.size)).encode()
            yield from file.chunks()
            file.seek(0)


def _problem(status: HTTPStatus, code: str, title: str) -> HttpResponse:
    problem = {"type": f"urn:otklik:problem:{code}", "title": title, "status": int(status), "code": code}
    return JsonResponse(problem, status=int(status), content_type="application/problem+json")
