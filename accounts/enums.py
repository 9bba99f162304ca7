"""The words accounts use for roles, states and kinds."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a member may do in a tenant; the owner is named on the tenant."""

    USER = "user", _("Viewer")
    OPERATOR = "operator", _("Operator")
    ADMIN = "admin", _("Administrator")


class UserStatus(TextChoices):
    """Whether a person may act."""

    ACTIVE = "active", _("Active")
    BLOCKED = "blocked", _("Blocked")


class Scope(TextChoices):
    """What an API key may touch."""

    ALL = "all", _("Everything")
    READ = "read", _("Read only")
    ASK = "ask", _("Ask the assistant")
    EXTENSION = "extension", _("Browser extension")


class PlatformType(TextChoices):
    """What kind of system a platform is."""

    ECOMMERCE = "ecommerce", _("E-commerce")
    MESSAGING = "messaging", _("Messaging")
    VOICE = "voice", _("Voice")
    ANALYTICS = "analytics", _("Analytics")
    AI = "ai", _("AI models")
    HELPDESK = "helpdesk", _("Help desk")
    PAYMENTS = "payments", _("Payments")


class PlatformRegion(TextChoices):
    """Where a platform is used."""

    RUSSIA = "russia", _("Russia")
    INTERNATIONAL = "international", _("International")
    GLOBAL = "global", _("Everywhere")


class IntegrationStatus(TextChoices):
    """How a connection to a platform is doing."""

    PENDING = "pending", _("Pending")
    CONNECTED = "connected", _("Connected")
    ERROR = "error", _("Error")
    RATE_LIMITED = "rate_limited", _("Rate limited")
    REAUTH_REQUIRED = "reauth_required", _("Sign in again")
    DISCONNECTED = "disconnected", _("Disconnected")


class SyncType(TextChoices):
    """What a synchronisation covers."""

    FULL = "full", _("Full")
    INCREMENTAL = "incremental", _("Incremental")
    ORDERS = "orders", _("Orders")
    PRODUCTS = "products", _("Products")
    REVIEWS = "reviews", _("Reviews")
    QUESTIONS = "questions", _("Questions")
    CHATS = "chats", _("Chats")
    TICKETS = "tickets", _("Tickets")


class SyncStatus(TextChoices):
    """How a synchronisation went."""

    PENDING = "pending", _("Pending")
    RUNNING = "running", _("Running")
    SUCCESS = "success", _("Success")
    PARTIAL = "partial", _("Partial")
    FAILED = "failed", _("Failed")


class Direction(TextChoices):
    """Which way records or messages travel."""

    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")


class MetricType(TextChoices):
    """What a platform metric measures."""

    MESSAGES_SENT = "messages_sent", _("Messages sent")
    MESSAGES_RECEIVED = "messages_received", _("Messages received")
    API_CALLS = "api_calls", _("API calls")
    ERRORS = "errors", _("Errors")
    RESPONSE_TIME = "response_time", _("Response time")
    SYNC_DURATION = "sync_duration", _("Sync duration")


class AggregationPeriod(TextChoices):
    """How long a metric's bucket is."""

    MINUTE = "minute", _("Minute")
    HOUR = "hour", _("Hour")
    DAY = "day", _("Day")


class SettingType(TextChoices):
    """How a system setting's text is read."""

    STRING = "string", _("Text")
    INTEGER = "integer", _("Whole number")
    DECIMAL = "decimal", _("Number")
    BOOLEAN = "boolean", _("Yes or no")
    CHOICE = "choice", _("One of a list")
    JSON = "json", _("JSON")


class SettingCategory(TextChoices):
    """Where a system setting belongs."""

    GENERAL = "general", _("General")
    AI = "ai", _("AI")
    EMAIL = "email", _("E-mail")
    SECURITY = "security", _("Security")
    LIMITS = "limits", _("Limits")
    MAINTENANCE = "maintenance", _("Maintenance")


class EventType(TextChoices):
    """What programs of the shop can be told about."""

    DIALOG_OPENED = "dialog.opened", _("A conversation began")
    DIALOG_CLOSED = "dialog.closed", _("A conversation ended")
    MESSAGE_CREATED = "message.created", _("Something was said in a conversation")
    HANDOFF_REQUESTED = "handoff.requested", _("A person is wanted")
    HANDOFF_TAKEN = "handoff.taken", _("An operator took a conversation")
    HANDOFF_RESOLVED = "handoff.resolved", _("An operator returned a conversation")
    TICKET_CREATED = "ticket.created", _("A ticket was opened")
    TICKET_MOVED = "ticket.moved", _("A ticket changed its status")
    TICKET_DUE_SOON = "ticket.due_soon", _("A ticket has little time left")
    TICKET_OVERDUE = "ticket.overdue", _("A ticket is late")
    DOCUMENT_READY = "document.ready", _("A document can be answered from")
    DOCUMENT_FAILED = "document.failed", _("A document could not be read")
    BALANCE_LOW = "balance.low", _("The balance is running out")
    TOKEN_EXPIRING = "token.expiring", _("A token of an outside service expires soon")
    WEBHOOK_TEST = "webhook.test", _("Test")


class WebhookStatus(TextChoices):
    """How the delivery of an event to an address goes."""

    PENDING = "pending", _("On its way")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


class SwitchOff(TextChoices):
    """Why an address gets nothing any more."""

    BY_HAND = "by_hand", _("Switched off by hand")
    FAILING = "failing", _("It failed for days")
    GONE = "gone", _("It answered 410 Gone")


class Tone(TextChoices):
    """How grave an announcement is; the order of the words is the order of gravity."""

    INFO = "info", _("Notice")
    WARNING = "warning", _("Warning")


class Audience(TextChoices):
    """Who reads an announcement."""

    EVERYBODY = "everybody", _("Everybody")
    ADMINISTRATORS = "administrators", _("Administrators")
    OPERATORS = "operators", _("Operators and administrators")


class MaintenanceMode(TextChoices):
    """How much of the system works while we work on it."""

    OFF = "off", _("Everything works")
    READ_ONLY = "read_only", _("Reading only: nothing can be changed")
    CLOSED = "closed", _("Closed: a page says when it opens again")


class Topic(TextChoices):
    """What a notification is about; people choose for each how they want to hear of it."""

    MONEY = "money", _("Balance and payments")
    CONVERSATIONS = "conversations", _("Customers who wait")
    TICKETS = "tickets", _("Tickets")
    REPUTATION = "reputation", _("Reviews and Wildberries")
    KNOWLEDGE = "knowledge", _("Knowledge and tests")
    CONNECTIONS = "connections", _("Connections that fail")
    TEAM = "team", _("Team and safety")
    NEWS = "news", _("News of Otklik")


class Goal(TextChoices):
    """What a new shop wants first."""

    SUPPORT = "support", _("Answer customers on my site and in messengers")
    MARKETPLACE = "marketplace", _("Look after reviews, questions and chats on Wildberries")
    BOTH = "both", _("Both")


class FunnelStage(TextChoices):
    """The way of a visitor to a working assistant, in its order."""

    ARRIVED = "arrived", _("Came to the log-in or sign-up page")
    SIGNUP_OPENED = "signup_opened", _("Opened the sign-up form")
    REGISTERED = "registered", _("Signed up")
    CONFIRMED = "email_confirmed", _("Confirmed the e-mail")
    APPROVED = "approved", _("Was let in")
    STEP_DONE = "step_done", _("Did a step")
    STEP_SKIPPED = "step_skipped", _("Skipped a step")
    LAUNCHED = "launched", _("Finished the first steps")


class ExportStatus(TextChoices):
    """How an export of a shop's data is doing."""

    PENDING = "pending", _("Being put together")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("No longer kept")


class DeletionStatus(TextChoices):
    """How the deletion of a shop is doing."""

    REQUESTED = "requested", _("Asked for")
    CANCELLED = "cancelled", _("Taken back")
    ERASING = "erasing", _("Under way")
    DONE = "done", _("Done")
