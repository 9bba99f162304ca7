"""What the Wildberries desk refuses."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


@dataclass
class NotAllowedThere(DomainError):
    """The text breaks the rules of Wildberries; nothing was sent."""

    code, status = "not_allowed_there", 422
    message = _("This may not be sent to Wildberries: {rules}.")

    rules: str
    findings: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class AlreadyAnswered(DomainError):
    """There is an answer, or one is on its way."""

    code = "already_answered"
    message = _("There is an answer already, or one is on its way.")


@dataclass
class NothingToSend(DomainError):
    """There are no words to send."""

    code = "nothing_to_send"
    message = _("There is no draft to send.")


@dataclass
class CannotEdit(DomainError):
    """The answer can no longer be changed."""

    code = "cannot_edit"
    message = _("Wildberries lets an answer be changed once, within 60 days after it was given.")


@dataclass
class DeskBusy(DomainError):
    """All places for drafts are taken."""

    code, status = "desk_busy", 429
    message = _("{limit} drafts are being written already. Try again in a moment.")

    limit: int


@dataclass
class DailyLimitReached(DomainError):
    """The tenant's limit for drafts of a day is spent."""

    code = "daily_limit_reached"
    message = _("Today's limit of {limit} ₽ for drafts is reached.")

    limit: str


@dataclass
class NotWritten(DomainError):
    """No model wrote anything."""

    code, status = "not_written", 503
    message = _("No draft was written: {reason}")

    reason: str


@dataclass
class SequenceRuns(DomainError):
    """The chat has reminders under way."""

    code = "sequence_runs"
    message = _("Reminders run in this chat already.")


@dataclass
class BadFile(DomainError):
    """Wildberries would not take the file."""

    code, status = "bad_file", 422
    message = _("“{name}” cannot be sent: JPEG, PNG or PDF, at most 5 MB each and 30 MB together.")

    name: str


@dataclass
class CabinetTaken(DomainError):
    """One cabinet has one owner here."""

    code, status = "cabinet_taken", 409
    message = _(
        "This Wildberries cabinet is already connected in another workspace. Disconnect it there, or ask to be "
        "invited there."
    )


@dataclass
class MixedCabinets(DomainError):
    """A store is one cabinet."""

    code, status = "mixed_cabinets", 400
    message = _("These tokens belong to different Wildberries cabinets. Connect each cabinet as a store of its own.")


@dataclass
class OtherCabinet(DomainError):
    """New tokens of a store open the cabinet it has."""

    code, status = "other_cabinet", 400
    message = _("This token opens another cabinet. Connect that one as a store of its own.")


@dataclass
class NothingPasted(DomainError):
    """There is no token."""

    code, status = "nothing_pasted", 400
    message = _("Paste a token.")


@dataclass
class TokenExpired(DomainError):
    """The token's time is over."""

    code, status = "token_expired", 400
    message = _("This token expired on {day}. Create a new one in the Wildberries portal.")

    day: str
