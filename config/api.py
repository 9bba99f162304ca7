"""What every API endpoint shares: problems, pages, strict JSON."""

import json
from collections.abc import Mapping
from typing import IO, Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions, pagination, parsers, serializers, status
from rest_framework.response import Response

from config.errors import DomainError

log = structlog.get_logger(__name__)

MAX_JSON_DEPTH = 20


class CursorPagination(pagination.CursorPagination):
    """Newest first, by cursor; a page never counts the table."""

    ordering: str | tuple[str, ...] = "-id"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"


class OutOfRange(exceptions.APIException):
    """A value that is well formed and that nothing can hold, such as a moment before our era."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "out_of_range"
    default_detail = gettext_lazy("A value is out of the range that can be stored or compared.")


class TextField(serializers.CharField):
    """Text that is text: a number is not taken for its digits."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text, or refuse what is none."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class PayloadTooLarge(exceptions.APIException):
    """A body that nobody should have to read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "payload_too_large"
    default_detail = gettext_lazy("The body is too large.")


class StrictJSONParser(parsers.JSONParser):
    """JSON without NaN, NUL, lone surrogates, huge numbers or bottomless nesting."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Parse the body, or raise ``ParseError``."""
        try:
            body = stream.read().decode("utf-8")
            parsed = json.loads(body, parse_constant=_refuse)
            _inspect(parsed, depth=0)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(_("The body is not acceptable JSON.")) from error
        return parsed


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _inspect(value: Any, *, depth: int) -> None:
    if depth > MAX_JSON_DEPTH:
        raise ValueError("nesting")
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("NUL")
        value.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
    elif isinstance(value, dict):
        for key, item in value.items():
            _inspect(key, depth=depth + 1)
            _inspect(item, depth=depth + 1)
    elif isinstance(value, list):
        for item in value:
            _inspect(item, depth=depth + 1)


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Render every refusal as an RFC 9457 problem."""
    from rest_framework.views import exception_handler  # noqa: PLC0415 -- leaf: DRF's views read this module's names

    if isinstance(error, DomainError):
        return _problem(Response(error.as_problem(), status=error.status))
    if isinstance(error, RequestDataTooBig):  # Django's own limit, DATA_UPLOAD_MAX_MEMORY_SIZE
        error = PayloadTooLarge()
    elif isinstance(error, DataError):
        log.warning("value_out_of_range", error=str(error))
        error = OutOfRange()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    code = getattr(error, "default_code", "error")
    problem: dict[str, Any] = {
        "type": f"urn:otklik:problem:{code}",
        "title": str(getattr(error, "default_detail", error)),
        "status": response.status_code,
        "code": code,
    }
    if isinstance(error, exceptions.ValidationError):
        problem["errors"] = error.detail
    elif isinstance(error, exceptions.APIException) and isinstance(error.detail, str):
        problem["detail"] = str(error.detail)
    response.data = problem
    return _problem(response)


def _problem(response: Response) -> Response:
    response.content_type = "application/problem+json"
    if response.status_code == status.HTTP_429_TOO_MANY_REQUESTS and "Retry-After" not in response:
        response["Retry-After"] = "1"
    return response


def is_api(request: HttpRequest) -> bool:
    """Say whether a program asks, which reads problems and not pages."""
    return request.path_info.startswith("/api/")


def _plain_problem(error: type[exceptions.APIException]) -> HttpResponse:
    title = str(error.default_detail)
    code = error.default_code
    problem = {"type": f"urn:otklik:problem:{code}", "title": title, "status": error.status_code, "code": code}
    return JsonResponse(problem, status=error.status_code, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself cannot read."""
    if is_api(request):
        return _plain_problem(exceptions.ParseError)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is refused before any view."""
    if is_api(request):
        return _plain_problem(exceptions.PermissionDenied)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that is none of ours."""
    return _plain_problem(exceptions.NotFound) if is_api(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a failure of ours."""
    return _plain_problem(exceptions.APIException) if is_api(request) else defaults.server_error(request)
