"""The words knowledge uses for states, kinds and refusals."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentStatus(TextChoices):
    """Where a document is on its way into the knowledge."""

    UPLOADED = "uploaded", _("Waiting")
    EXTRACTING = "extracting", _("Reading")
    EMBEDDING = "embedding", _("Indexing")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    ARCHIVED = "archived", _("Archived")


UNFINISHED: Final = (DocumentStatus.UPLOADED, DocumentStatus.EXTRACTING, DocumentStatus.EMBEDDING)


class DocumentProblem(TextChoices):
    """Why a document failed; the label is what its seller reads."""

    EMPTY = "empty", _("The file is empty (0 bytes). Save the document again and upload it once more.")
    TOO_LARGE = "too_large", _("The file is too large. Split it into smaller parts and upload them one by one.")
    TOO_LONG = "too_long", _("The document is too long. Split it into smaller parts and upload them one by one.")
    UNSUPPORTED = "unsupported", _("This kind of file cannot be read. Upload txt, md, html, csv, pdf or docx.")
    WRONG_TYPE = "wrong_type", _("The content of the file is not what its name says. Check the file and its extension.")
    ENCRYPTED = "encrypted", _("The file is protected by a password. Remove the password and upload it again.")
    CORRUPT = "corrupt", _("The file is damaged and cannot be opened. Save it again and upload the new copy.")
    BOMB = (
        "bomb",
        _("The archive inside the file unpacks to far more data than a document holds, so it was not opened."),
    )
    NO_TEXT = "no_text", _("There is no text in the file. If it is a scan, recognise its text first.")
    TIMEOUT = "timeout", _("Reading the file took too long. Simplify it or split it into smaller parts.")
    MEMORY = "memory", _("Reading the file took too much memory. Simplify it or split it into smaller parts.")
    CRASHED = (
        "crashed",
        _("Reading the file failed. Save it in another format, for example docx or txt, and try again."),
    )
    LOST = "lost", _("The stored file is gone. Upload it again.")
    NO_MODEL = "no_model", _("No model is available to index the text right now. Try again later.")
    NO_MONEY = "no_money", _("The balance is too low to add this document. Top it up and try again.")
    INTERRUPTED = "interrupted", _("Processing was interrupted several times. Try again.")


RETRYABLE: Final = frozenset(
    {
        DocumentProblem.TIMEOUT,
        DocumentProblem.MEMORY,
        DocumentProblem.CRASHED,
        DocumentProblem.NO_MODEL,
        DocumentProblem.NO_MONEY,
        DocumentProblem.INTERRUPTED,
    }
)


class KnowledgeType(TextChoices):
    """What an entry of processed knowledge holds."""

    SUMMARY = "summary", _("Summary")
    ORIGINAL = "original", _("Original text")
    CONFIRMED = "confirmed", _("Confirmed answer")


class Source(TextChoices):
    """Where a chunk comes from."""

    DOCUMENT = "document", _("Document")
    CONFIRMED_KNOWLEDGE = "confirmed_knowledge", _("Confirmed answer")
    WEBSITE = "website", _("Website")


class TrialStatus(TextChoices):
    """How far the running of all saved test questions is."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class GapStatus(TextChoices):
    """Whether somebody still has to write down what customers ask."""

    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    DISMISSED = "dismissed", _("Dismissed")


class GapReason(TextChoices):
    """Why a question counts as unanswered."""

    NOT_KNOWN = "not_known", _("The knowledge has no answer")
    DISLIKED = "disliked", _("The customer did not like the answer")


class EntryStatus(TextChoices):
    """Whether an entry is part of what assistants answer from."""

    PROPOSED = "proposed", _("To review")
    ACTIVE = "active", _("In use")
    REJECTED = "rejected", _("Rejected")
    RETIRED = "retired", _("Taken out of use")


class FlagKind(TextChoices):
    """Why something in the knowledge is worth a look."""

    CONFLICT = "conflict", _("Two documents disagree")
    STALE = "stale", _("Not updated for long")
    EXPIRED = "expired", _("No longer valid")


class FlagStatus(TextChoices):
    """What became of it."""

    OPEN = "open", _("To check")
    KEPT = "kept", _("Still right")
    RESOLVED = "resolved", _("Resolved")
