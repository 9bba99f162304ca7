"""The words of the Wildberries desk, and which state may follow which."""

from collections.abc import Mapping
from typing import Final

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class StoreStatus(TextChoices):
    """Whether a store is worked with."""

    ACTIVE = "active", _("Active")
    INACTIVE = "inactive", _("Inactive")


class SyncEntity(TextChoices):
    """What of a store is synced by itself; the value is in the names of the store's columns."""

    PRODUCT = "product", _("Products")
    REVIEW = "review", _("Reviews")
    QUESTION = "question", _("Questions")
    CHAT = "chat", _("Chats")


class WorkStatus(TextChoices):
    """How far a product takes part in the work on reviews."""

    NOT_WORKING = "not_working", _("Not worked on")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")


class ChatStrategy(TextChoices):
    """What a conversation about a bad review aims at; the buyer alone decides."""

    UPGRADE_TO_5 = "upgrade_to_5", _("Solve the problem, ask to reconsider the rating")
    DELETE = "delete", _("Solve the problem; the buyer decides about the review")
    BOTH = "both", _("Either")


class ReviewStatus(TextChoices):
    """Whether Wildberries shows a review."""

    VISIBLE = "visible", _("Visible")
    UNPUBLISHED = "unpublished", _("Unpublished")
    EXCLUDED = "excluded", _("Excluded from the rating")
    UNKNOWN = "unknown", _("Unknown")


class PurchaseStatus(TextChoices):
    """What the reviewer did with the product."""

    PURCHASED = "purchased", _("Bought")
    REFUSED = "refused", _("Refused")
    NOT_SPECIFIED = "not_specified", _("Not specified")
    UNKNOWN = "unknown", _("Unknown")


class ChatAvailability(TextChoices):
    """Whether Wildberries lets the seller write to the reviewer."""

    UNAVAILABLE = "unavailable", _("Unavailable")
    AVAILABLE = "available", _("Available")
    UNKNOWN = "unknown", _("Unknown")


class ComplaintStatus(TextChoices):
    """Where a complaint is; sending it freezes what it says."""

    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    PENDING = "pending", _("Under review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


COMPLAINT_MOVES: Final[Mapping[str, frozenset[str]]] = {
    ComplaintStatus.DRAFT: frozenset({ComplaintStatus.SENT}),
    ComplaintStatus.SENT: frozenset({ComplaintStatus.PENDING, ComplaintStatus.APPROVED, ComplaintStatus.REJECTED}),
    ComplaintStatus.PENDING: frozenset({ComplaintStatus.APPROVED, ComplaintStatus.REJECTED}),
    ComplaintStatus.APPROVED: frozenset(),
    ComplaintStatus.REJECTED: frozenset(),
}


class ReviewComplaintStatus(TextChoices):
    """What a review shows of its complaint; the complaint's own row is the truth."""

    NOT_SENT = "not_sent", _("None")
    DRAFT = "draft", _("Draft")
    SENT = "sent", _("Sent")
    PENDING = "pending", _("Under review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class ComplaintReason(IntegerChoices):
    """The categories of the complaint form in the seller's portal."""

    UNRELATED = 11, _("The review is not about the product")
    COMPETITORS = 12, _("The review was left by competitors")
    SPAM_TEXT = 13, _("Spam or advertising in the text")
    SPAM_MEDIA = 14, _("Spam or advertising in a photo or video")
    OBSCENE_MEDIA = 15, _("Obscene content in a photo or video")
    OBSCENE_TEXT = 16, _("Obscene language")
    UNRELATED_MEDIA = 17, _("The photo or video has nothing to do with the product")
    POLITICS = 18, _("Political context")
    OTHER = 19, _("Other")
    THREATS = 20, _("Threats, insults")


class ChatSender(TextChoices):
    """Who wrote in a Wildberries chat."""

    CLIENT = "client", _("Buyer")
    SELLER = "seller", _("Seller")
    WB = "wb", _("Wildberries")


class ChatStatus(TextChoices):
    """The column of the board a chat stands in."""

    INBOX = "inbox", _("Inbox")
    IN_PROGRESS = "in_progress", _("In progress")
    AWAITING_REPLY = "awaiting_reply", _("Awaiting reply")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


CHAT_MOVES: Final[Mapping[str, frozenset[str]]] = {
    ChatStatus.INBOX: frozenset(
        {ChatStatus.IN_PROGRESS, ChatStatus.AWAITING_REPLY, ChatStatus.RESOLVED, ChatStatus.CLOSED}
    ),
    ChatStatus.IN_PROGRESS: frozenset(
        {ChatStatus.INBOX, ChatStatus.AWAITING_REPLY, ChatStatus.RESOLVED, ChatStatus.CLOSED}
    ),
    ChatStatus.AWAITING_REPLY: frozenset(
        {ChatStatus.INBOX, ChatStatus.IN_PROGRESS, ChatStatus.RESOLVED, ChatStatus.CLOSED}
    ),
    ChatStatus.RESOLVED: frozenset(
        {ChatStatus.INBOX, ChatStatus.IN_PROGRESS, ChatStatus.AWAITING_REPLY, ChatStatus.CLOSED}
    ),
    ChatStatus.CLOSED: frozenset({ChatStatus.INBOX, ChatStatus.IN_PROGRESS}),
}


class ChatStage(TextChoices):
    """How far the talk about a review has come; it only goes forward."""

    NONE = "none", _("None")
    DELETION_CANDIDATE = "deletion_candidate", _("Candidate")
    DELETION_OFFERED = "deletion_offered", _("Solution offered")
    DELETION_AGREED = "deletion_agreed", _("Buyer agreed")
    DELETION_CONFIRMED = "deletion_confirmed", _("Review gone or changed")


_STAGES: Final = tuple(ChatStage)
STAGE_MOVES: Final[Mapping[str, frozenset[str]]] = {
    stage: frozenset(_STAGES[position + 1 :]) for position, stage in enumerate(_STAGES)
}


class ChatTag(TextChoices):
    """What kind of conversation a chat is."""

    UNTAGGED = "untagged", _("Untagged")
    ACTIVE = "active", _("Active")
    SUCCESSFUL = "successful", _("Successful")
    UNSUCCESSFUL = "unsuccessful", _("Unsuccessful")
    NO_REPLY = "no_reply", _("No reply")
    COMPLETED = "completed", _("Completed")
    REFUND_REQUESTED = "refund_requested", _("Refund requested")
    SPAM = "spam", _("Spam")


class CompletionReason(TextChoices):
    """Why a chat was closed."""

    REVIEW_DELETED = "review_deleted", _("Review deleted")
    REVIEW_UPGRADED = "review_upgraded", _("Review upgraded")
    NO_REPLY = "no_reply", _("No reply")
    OLD_DIALOG = "old_dialog", _("Old conversation")
    NOT_OUR_ISSUE = "not_our_issue", _("Not our issue")
    SPAM = "spam", _("Spam")
    NEGATIVE = "negative", _("Negative")
    OTHER = "other", _("Other")


class DecidedBy(TextChoices):
    """Who said what kind of conversation a chat is; a person's word stays."""

    RULES = "rules", _("Rules")
    SMALL_MODEL = "small_model", _("Small model")
    LARGE_MODEL = "large_model", _("Large model")
    PERSON = "person", _("A person")


class ClassificationStatus(TextChoices):
    """Whether a chat's latest words have been judged."""

    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class LinkState(TextChoices):
    """Whether a chat and a review are held to be about the same purchase."""

    SUGGESTED = "suggested", _("Suggested")
    LINKED = "linked", _("Linked by itself")
    CONFIRMED = "confirmed", _("Confirmed")
    REMOVED = "removed", _("Removed")


class LinkMethod(TextChoices):
    """How a chat was matched with a review."""

    ORDER = "order", _("The same order")
    EXTENSION = "extension", _("The seller's portal")
    LIKENESS = "likeness", _("Product, time and name")
    PERSON = "person", _("A person")


LINK_MOVES: Final[Mapping[str, frozenset[str]]] = {
    LinkState.SUGGESTED: frozenset({LinkState.LINKED, LinkState.CONFIRMED, LinkState.REMOVED}),
    LinkState.LINKED: frozenset({LinkState.CONFIRMED, LinkState.REMOVED}),
    LinkState.CONFIRMED: frozenset({LinkState.REMOVED}),
    LinkState.REMOVED: frozenset({LinkState.CONFIRMED}),
}


class QuestionState(TextChoices):
    """Where a question is on Wildberries, in its own words."""

    NEW = "suppliersPortalSynch", _("New")
    ANSWERED = "wbRu", _("Answered")
    REJECTED = "none", _("Rejected")
    UNKNOWN = "unknown", _("Unknown")


class SequenceStatus(TextChoices):
    """Whether a sequence of reminders still runs."""

    ACTIVE = "active", _("Active")
    STOPPED = "stopped", _("Stopped")
    COMPLETED = "completed", _("Completed")


SEQUENCE_MOVES: Final[Mapping[str, frozenset[str]]] = {
    SequenceStatus.ACTIVE: frozenset({SequenceStatus.STOPPED, SequenceStatus.COMPLETED}),
    SequenceStatus.STOPPED: frozenset(),
    SequenceStatus.COMPLETED: frozenset(),
}


class StopReason(TextChoices):
    """Why a sequence stopped before its end."""

    CLIENT_REPLIED = "client_replied", _("The buyer replied")
    STOP_MESSAGE = "stop_message", _("The stop message was sent")
    MAX_REACHED = "max_reached", _("Enough reminders")
    MANUAL = "manual", _("By hand")
    STATUS_CHANGED = "status_changed", _("The chat was moved")
    REFUSED = "refused", _("The rules of Wildberries forbid the text")
    NOT_SENT = "not_sent", _("A reminder could not be sent")


class StepStatus(TextChoices):
    """What became of one reminder; an unknown one is read back, never sent again blindly."""

    PENDING = "pending", _("Pending")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")


class LoggedEntity(TextChoices):
    """What a model was asked about."""

    REVIEW = "review", _("Review")
    CHAT = "chat", _("Chat")
    QUESTION = "question", _("Question")
    COMPLAINT = "complaint", _("Complaint")


class LoggedAction(TextChoices):
    """What a model was asked to do."""

    GENERATE_REPLY = "generate_reply", _("Draft a reply")
    GENERATE_COMPLAINT = "generate_complaint", _("Draft a complaint")
    CLASSIFY_CHAT = "classify_chat", _("Classify a chat")
    GENERATE_OFFER = "generate_offer", _("Draft an offer")
