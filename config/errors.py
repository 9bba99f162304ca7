"""The exceptions that reach people."""

from dataclasses import asdict, is_dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A business rule said no; the API, the sockets and the admin render it alike.

    Subclasses are dataclasses whose fields are the facts of the refusal.
    """

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 409
    message: ClassVar[str | Promise] = _("The request cannot be carried out.")

    def facts(self) -> dict[str, Any]:
        """Return the typed facts of this refusal."""
        return asdict(self) if is_dataclass(self) else {}

    def __str__(self) -> str:
        return str(self.message).format(**self.facts())

    def as_problem(self) -> dict[str, Any]:
        """Return the RFC 9457 problem document."""
        return {
            "type": f"urn:otklik:problem:{self.code}",
            "title": str(self),
            "status": self.status,
            "code": self.code,
            **self.facts(),
        }


class ProviderError(Exception):
    """An outside system failed; ``is_retryable`` says whether trying again may help."""

    is_retryable: ClassVar[bool] = False


class ProviderUnavailable(ProviderError):
    """The outside system is down, slow or busy for now."""

    is_retryable = True
