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


@dataclass
class PublishingGuarded(DomainError):
    """Instructions change by publishing a version that passed the assistant's sets."""

    code = "publishing_guarded"
    message = _("“{name}” is guarded by an evaluation set: save a draft, run the set, then publish.")
    name: str


@dataclass
class NotGreen(DomainError):
    """A version has not passed the sets that guard its assistant."""

    code = "not_green"
    message = _("Version {version} has not passed {sets} as the set is now. Run it first.")
    version: int
    sets: str


@dataclass
class NothingToRun(DomainError):
    """A set has no approved examples."""

    code = "nothing_to_run"
    message = _("“{name}” has no approved examples yet.")
    name: str


@dataclass
class AlreadyRunning(DomainError):
    """The same set is being run against the same version."""

    code = "already_running"
    message = _("This set is being run against this version already.")


@dataclass
class SetTaken(DomainError):
    """Another set of the tenant has this name."""

    code = "set_taken"
    message = _("There is a set called “{name}” already.")
    name: str


@dataclass
class ImportRefused(DomainError):
    """A file of examples cannot be read."""

    code, status = "import_refused", 422
    message = _("Line {line}: {reason}")
    line: int
    reason: str


@dataclass
class NotForTuning(DomainError):
    """A set does not make a fine-tuning file yet."""

    code, status = "not_for_tuning", 422
    message = _("This set cannot be used for fine-tuning yet: {reason}")
    reason: str


class ModelFailed(ProviderUnavailable):
    """A model broke off or answered nonsense; what it had said so far is in ``partial``."""

    code: ClassVar[str] = "model_failed"

    def __init__(self, reason: str, message: str = "", *, partial: str = "", usage_id: int | None = None) -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.partial = partial
        self.usage_id = usage_id
