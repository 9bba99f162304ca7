"""Why an attempt at a model failed, and what that says about the key."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assistants.enums import ParkedReason

MAX_REST_SECONDS: Final = 30.0
REST_SECONDS: Final = 10.0  # when a provider limits and does not say for how long


class Kind(StrEnum):
    """What went wrong."""

    RATE_LIMITED = "rate_limited"  # the key rests
    PARKED = "parked"  # the key waits for a person
    UNAVAILABLE = "unavailable"  # the provider is down, slow or unreachable
    REJECTED = "rejected"  # the provider does not take this request; the key is not to blame
    NONSENSE = "nonsense"  # an answer that is none
    DEADLINE = "deadline"  # our own time is over
    STOPPED = "stopped"  # the caller wants no more


class Failure(Exception):
    """One attempt came to nothing, or broke off after ``partial``."""

    def __init__(
        self,
        kind: Kind,
        code: str,
        message: str = "",
        *,
        reason: ParkedReason | None = None,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        super().__init__(message or code)
        self.kind = kind
        self.code = code
        self.reason = reason
        self.rest_seconds = min(max(rest_seconds, 0.0), MAX_REST_SECONDS)


@dataclass(slots=True)
class Answer:
    """What a model has said so far, filled while it speaks."""

    text: str = ""
    model: str = ""
    finish_reason: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int = 0
    request_id: str = ""
    first_token_seconds: float | None = None
