"""What the OpenAPI document says of every operation: scopes, refusals, headers, examples."""

from collections.abc import Iterator
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import SAFE_METHODS, AllowAny

from config.api_examples import EXAMPLES

REFUSALS: Final = {
    "400": "The request cannot be read, or a value in it is not acceptable: `errors` says which.",
    "401": "Nobody, or nobody who is known.",
    "403": "The caller's role or the key's scope is too small.",
    "404": "There is no such thing, or not for this caller.",
    "406": "The wanted kind of answer is not one of those offered.",
    "409": "The thing is not in a state for this; a repeat with the same `Idempotency-Key` is still under way.",
    "413": "The body is too large.",
    "415": "The kind of body is not one of those read.",
    "422": "The values are readable and cannot be accepted together; the `Idempotency-Key` stands for another body.",
    "429": "Too many requests: `Retry-After` says when to come again.",
    "402": "The balance does not cover this.",
    "502": "An outside service answered with an error.",
    "503": "An outside service does not answer, or the system is being looked after: `Retry-After` says for how long.",
}
ALWAYS: Final = ("401", "403", "404", "406", "429", "503")
OF_WRITES: Final = ("400", "402", "409", "413", "415", "422", "502")
PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is stable; facts of the refusal may be further members.",
    "properties": {
        "type": {"type": "string", "example": "urn:otklik:problem:not_found"},
        "title": {"type": "string", "example": "Not found."},
        "status": {"type": "integer", "example": 404},
        "code": {"type": "string", "example": "not_found"},
        "detail": {"type": "string"},
        "errors": {"description": "What is wrong with which field."},
    },
    "required": ["type", "title", "status", "code"],
    "additionalProperties": True,
}
HEADERS: Final = {
    "RateLimit": ("What is left of the rate: `r` requests for the next `t` seconds.", "string"),
    "RateLimit-Policy": ("The rate: `q` requests in `w` seconds.", "string"),
    "X-RateLimit-Limit": ("Requests per window.", "string"),
    "X-RateLimit-Remaining": ("Requests left.", "string"),
    "X-RateLimit-Reset": ("Seconds until the window begins anew.", "string"),
}
IDEMPOTENCY_KEY: Final = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Repeats with the same key within 24 hours get the first answer and have no second effect.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "5f8a7c1e-order-1042",
}


class Schema(AutoSchema):
    """Adds which scopes of keys are enough for an operation."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Return the operation with its scopes."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None and AllowAny not in getattr(self.view, "permission_classes", ()):
            operation["x-scopes"] = self._scopes()
        return operation

    def _scopes(self) -> list[str]:
        view: Any = self.view
        if (only := getattr(view, "only_scope", None)) is not None:
            return [str(only)]
        is_safe = self.method in SAFE_METHODS
        if getattr(view, "people_only", False) and not is_safe:
            return []
        action = getattr(view, "action", None) or self.method.lower()
        further = getattr(view, "key_scopes", {}).get(action, ())
        return sorted({"all", *(["read"] if is_safe else []), *(str(scope) for scope in further)})


def complete(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001 -- spectacular's signature
    """Add to every operation how it may be refused and what its headers say."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["headers"] = {
        name: {"description": words, "schema": {"type": kind}} for name, (words, kind) in HEADERS.items()
    }
    components["responses"] = {f"Refused{status}": _refusal(status) for status in REFUSALS}
    for method, operation in _operations(result):
        _complete(method, operation)
    return result


def _operations(result: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in result.get("paths", {}).values():
        for method, operation in path.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield method, operation


def _complete(method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    for answer in responses.values():
        answer.setdefault("headers", {}).update({name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS})
    statuses = [*ALWAYS, *(OF_WRITES if method != "get" else ("400",))]
    for status in sorted(statuses):
        responses.setdefault(status, {"$ref": f"#/components/responses/Refused{status}"})
    if method == "post":
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    if (example := EXAMPLES.get(operation["operationId"])) is not None:
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json":
                content["example"] = example


def _refusal(status: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": REFUSALS[status],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in {"429", "503"}:
        answer["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}}
    return answer
