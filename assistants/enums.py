"""The words assistants use for providers, kinds of call and states of a key."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Provider(TextChoices):
    """Who runs a model."""

    OPENAI = "openai", "OpenAI"
    DEEPSEEK = "deepseek", "DeepSeek"
    OLLAMA = "ollama", "Ollama"
    COMPATIBLE = "openai_compatible", _("OpenAI-compatible")
    EMBEDDED = "embedded", _("Embedded")


class ModelKind(TextChoices):
    """What a model makes of text."""

    CHAT = "chat", _("Chat")
    EMBEDDING = "embedding", _("Embedding")


class RequestType(TextChoices):
    """What was asked of a model."""

    CHAT = "chat", _("Chat")
    EMBEDDING = "embedding", _("Embedding")
    COMPLETION = "completion", _("Completion")


class ParkedReason(TextChoices):
    """Why a key waits for a person."""

    INSUFFICIENT_QUOTA = "insufficient_quota", _("The account has no money left")
    UNAUTHORISED = "unauthorised", _("The provider does not accept the key")
    FORBIDDEN = "forbidden", _("The key may not do this")
    MANUAL = "manual", _("Parked by hand")


class BotPlatform(TextChoices):
    """Where a bot lives."""

    TELEGRAM = "telegram", "Telegram"
    WHATSAPP = "whatsapp", "WhatsApp"


class ExampleStatus(TextChoices):
    """Whether a person vouches for a training example."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class EvaluationStatus(TextChoices):
    """How far a run of a dataset is."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Failed")


class Outcome(TextChoices):
    """What an assistant did with an example's question."""

    ANSWERED = "answered", _("Answered")
    REFUSED = "refused", _("Said it does not know")
    FAILED = "failed", _("No answer came")


class Currency(TextChoices):
    """What a provider bills in."""

    USD = "USD", "USD"
    RUB = "RUB", "RUB"
    EUR = "EUR", "EUR"
    CNY = "CNY", "CNY"
