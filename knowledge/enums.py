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
    UNSUPPORTED = (
        "unsupported",
        _("This kind of file cannot be read. Upload txt, md, html, csv, pdf, docx, xlsx or pptx."),
    )
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


class WebSourceKind(TextChoices):
    """How the pages of a site are found."""

    CRAWL = "crawl", _("Follow links")
    SITEMAP = "sitemap", _("Read the sitemap")
    PAGE = "page", _("Only this page")


class CrawlSchedule(TextChoices):
    """How often a site is read anew."""

    MANUAL = "manual", _("Only when asked")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


class CrawlStatus(TextChoices):
    """What is happening with a site."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being read")
    READY = "ready", _("Up to date")
    PARTIAL = "partial", _("Read in part")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")
    REMOVING = "removing", _("Being removed")


CRAWLING: Final = (CrawlStatus.QUEUED, CrawlStatus.RUNNING)
BUSY: Final = (*CRAWLING, CrawlStatus.REMOVING)


class PageState(TextChoices):
    """What became of a page."""

    QUEUED = "queued", _("Waiting")
    TAKEN = "taken", _("In the knowledge")
    REPEATED = "repeated", _("Same as another")
    SKIPPED = "skipped", _("Left out")
    FAILED = "failed", _("Not readable")
    GONE = "gone", _("Gone")


class WebProblem(TextChoices):
    """Why a page or a site was not read; the label is what its seller reads."""

    NOT_PUBLIC = "not_public", _("The address does not lead to the public internet.")
    UNREACHABLE = "unreachable", _("The site does not answer.")
    TIMEOUT = "timeout", _("The site answers too slowly.")
    TOO_LARGE = "too_large", _("The page is too large.")
    TOO_MANY_REDIRECTS = "too_many_redirects", _("The address leads in a circle.")
    ELSEWHERE = "elsewhere", _("The address leads to another site.")
    MOVED = "moved", _("The page leads to another page of the site.")
    BAD_ANSWER = "bad_answer", _("The answer is no web page.")
    BAD_ADDRESS = "bad_address", _("This is no address of a web page.")
    REFUSED = "refused", _("The site does not let us in.")
    ROBOTS = "robots", _("The site’s robots.txt asks not to read it.")
    NO_INDEX = "no_index", _("The page asks not to be indexed.")
    NOT_FOUND = "not_found", _("There is no such page any more.")
    UNLINKED = "unlinked", _("Nothing leads to the page any more.")
    NO_TEXT = "no_text", _("There is no text on the page.")
    UNREADABLE = "unreadable", _("The page could not be read.")
    NO_SITEMAP = "no_sitemap", _("No sitemap was found. Choose “Follow links” instead.")
    EXCLUDED = "excluded", _("You left this page out.")
    PAGE_LIMIT = "page_limit", _("The site has more pages than you allowed.")
    SIZE_LIMIT = "size_limit", _("The site is larger than one reading may be.")
    TIME_LIMIT = "time_limit", _("The reading took too long and was ended.")
    NO_MONEY = "no_money", _("The balance is too low for more pages.")
    INTERRUPTED = "interrupted", _("The reading was interrupted several times.")


class ReembeddingStatus(TextChoices):
    """How far the move to another embedding model is."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Moving")
    READY = "ready", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


MOVING: Final = (ReembeddingStatus.QUEUED, ReembeddingStatus.RUNNING)


class DocType(TextChoices):
    """What a document is about, as a model judges it."""

    DELIVERY = "delivery", _("Delivery")
    PAYMENT = "payment", _("Payment")
    RETURNS = "returns", _("Returns and refunds")
    WARRANTY = "warranty", _("Warranty and repair")
    PRODUCTS = "products", _("Products")
    PRICES = "prices", _("Prices")
    SIZES = "sizes", _("Sizes")
    INSTRUCTIONS = "instructions", _("Use and care")
    PROMOTIONS = "promotions", _("Promotions")
    CONTACTS = "contacts", _("Contacts and opening hours")
    COMPANY = "company", _("About the company")
    RULES = "rules", _("Rules and agreements")
    QUESTIONS = "questions", _("Frequent questions")
    OTHER = "other", _("Other")


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
