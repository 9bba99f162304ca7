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
class UploadTooLarge(DomainError):
    """A chunk has more rows than one may have."""

    code, status = "upload_too_large", 413
    message = _("{rows} rows at once are too many; a chunk may have {limit}.")

    rows: int
    limit: int


@dataclass
class UploadDiffers(DomainError):
    """The chunk was uploaded before, with other rows."""

    code = "upload_differs"
    message = _("Chunk {chunk} of batch “{batch}” was uploaded before with other rows. Nothing was changed.")

    batch: str
    chunk: int


@dataclass
class NotEligible(DomainError):
    """The rules skip the review."""

    code = "not_eligible"
    message = _("No complaint about this review: {why}.")

    reasons: list[str]
    why: str


@dataclass
class ComplaintExists(DomainError):
    """The review has its one complaint."""

    code = "complaint_exists"
    message = _("This review has a complaint already. Wildberries takes one per review, for ever.")


@dataclass
class ComplaintFrozen(DomainError):
    """The complaint is no draft any more, or somebody changed it first."""

    code = "complaint_frozen"
    message = _("The complaint was sent or changed meanwhile. Look at it again.")


@dataclass
class ComplaintNotAllowed(DomainError):
    """The text is too long, forbidden, or quotes what the review does not say."""

    code, status = "complaint_not_allowed", 422
    message = _("The complaint cannot stand like this: {why}.")

    why: str


@dataclass
class ImportUnreadable(DomainError):
    """A file of outcomes is no CSV with the needed columns."""

    code, status = "import_unreadable", 422
    message = _("The file cannot be read: {why}.")

    why: str


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


@dataclass
class BulkRuns(DomainError):
    """Work on many reviews is under way; a second one would do the same twice."""

    code = "bulk_runs"
    message = _("Work on many reviews is under way already. Wait for it, or stop it.")


@dataclass
class NothingPasses(DomainError):
    """No review passes the filter and needs this."""

    code, status = "nothing_passes", 422
    message = _("No review that passes this filter needs that.")


@dataclass
class TooManyFilters(DomainError):
    """The tenant keeps as many filters as it may."""

    code = "too_many_filters"
    message = _("{limit} filters are kept already. Delete one first.")

    limit: int


@dataclass
class EditTooLate(DomainError):
    """The change would be sent when Wildberries takes it no more, or in the past."""

    code, status = "edit_too_late", 422
    message = _("Choose a moment between now and {until}: later Wildberries takes no change of this answer.")

    until: str
