"""What the Wildberries desk refuses."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from config.errors import DomainError


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
