"""Why an outside address gave no answer."""

from enum import StrEnum


class Trouble(StrEnum):
    """What went wrong."""

    BAD_ADDRESS = "bad_address"
    NOT_PUBLIC = "not_public"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    ELSEWHERE = "elsewhere"
    BAD_ANSWER = "bad_answer"


class OutsideFailed(Exception):
    """No answer came, or none that may be used; ``trouble`` says why.

    ``never_left`` is true where no byte of the request can have arrived.
    """

    def __init__(self, trouble: Trouble, url: str = "", *, never_left: bool = False) -> None:
        super().__init__(f"{trouble}: {url}" if url else str(trouble))
        self.trouble = trouble
        self.url = url
        self.never_left = never_left
