"""What every API endpoint shares: problems, pages, strict JSON."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, pagination, parsers, status
from rest_framework.response import Response

from config.errors import DomainError

MAX_JSON_DEPTH = 20


class CursorPagination(pagination.CursorPagination):
    """Newest first, by cursor; a page never counts the table."""

    ordering: str | tuple[str, ...] = "-id"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"


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
