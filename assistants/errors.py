"""What may go wrong when an assistant thinks."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError, ProviderUnavailable


@dataclass
class NoModelAvailable(DomainError):
    """Every way to a model is missing, resting, parked or failing."""

    code = "no_model_available"
    status = 503
    message = _("No language model can be reached now.")
    request_type: str


@dataclass
class AssistantInUse(DomainError):
    """Dialogs or documents still need the assistant."""

    code = "assistant_in_use"
    message = _("“{name}” has dialogs or documents. Switch it off instead.")
    name: str


@dataclass
class KeyTaken(DomainError):
    """The same key is already in the pool."""

    code = "key_taken"
    message = _("This key is already in the pool.")


class ModelFailed(ProviderUnavailable):
    """A model broke off or answered nonsense; what it had said so far is in ``partial``."""

    code: ClassVar[str] = "model_failed"

    def __init__(self, reason: str, message: str = "", *, partial: str = "", usage_id: int | None = None) -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.partial = partial
        self.usage_id = usage_id
