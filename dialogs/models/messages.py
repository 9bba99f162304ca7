"""What was said, and what people thought of it."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.enums import Direction
from accounts.models import Owned, OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check
from dialogs.enums import DeliveryStatus, Intent, Rater, RatingType, Sender, SystemType
from dialogs.models.dialogs import Dialog


class MessageQuerySet(OwnedQuerySet["DialogMessage"]):
    """Messages."""

    def after(self, seq: int) -> Self:
        """Keep what came after number ``seq``, in order."""
        return self.filter(seq__gt=seq).order_by("seq")

    def due(self, *, at: datetime) -> Self:
        """Keep what waits to be delivered and need not wait longer."""
        return self.filter(Q(deliver_at=None) | Q(deliver_at__lte=at), delivery_status=DeliveryStatus.QUEUED)

    def spoken(self) -> Self:
        """Keep what people and the assistant said, without system notes."""
        return self.exclude(sender=Sender.SYSTEM)


class DialogMessage(Public, Owned, Created):
    """One message; ``seq`` numbers a dialog's messages 1, 2, 3… without gaps."""

    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="messages", verbose_name=_("dialog"))
    seq = models.BigIntegerField(_("number"))
    sender = models.CharField(_("sender"), max_length=32, choices=Sender)
    direction = models.GeneratedField(
        expression=Case(
            When(sender=Sender.CUSTOMER.value, then=Value(Direction.INBOUND.value)),
            default=Value(Direction.OUTBOUND.value),
            output_field=models.CharField(max_length=16),
        ),
        output_field=models.CharField(max_length=16),
        db_persist=True,
        verbose_name=_("direction"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("author")
    )
    text = models.TextField(_("text"))
    system_type = models.CharField(_("system type"), max_length=32, choices=SystemType, blank=True)
    platform_message_id = models.CharField(_("id on the platform"), max_length=255, null=True, blank=True)  # noqa: DJ001 -- unique when known
    delivery_status = models.CharField(
        _("delivery"), max_length=16, choices=DeliveryStatus, default=DeliveryStatus.QUEUED
    )
    delivery_attempts = models.SmallIntegerField(_("attempts"), default=0)
    delivery_error = models.TextField(_("delivery error"), blank=True)
    deliver_at = models.DateTimeField(_("deliver at"), null=True, blank=True)
    intent = models.CharField(_("intent"), max_length=100, blank=True)
    entities = models.JSONField(_("entities"), default=dict, blank=True)
    confidence = models.DecimalField(_("confidence"), max_digits=3, decimal_places=2, null=True, blank=True)
    receipt = models.JSONField(_("receipt"), null=True, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        db_table = "dialog_messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["dialog", "seq"], name="uq_dialog_messages_dialog_seq"),
            models.UniqueConstraint(
                fields=["dialog", "platform_message_id"], name="uq_dialog_messages_dialog_platform_message_id"
            ),
            enum_check("ck_dialog_messages_sender", "sender", Sender),
            enum_check("ck_dialog_messages_delivery_status", "delivery_status", DeliveryStatus),
            models.CheckConstraint(
                condition=Q(system_type__in=["", *SystemType.values]), name="ck_dialog_messages_system_type"
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="ck_dialog_messages_seq"),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="ck_dialog_messages_confidence",
            ),
            models.CheckConstraint(condition=Q(delivery_attempts__gte=0), name="ck_dialog_messages_attempts"),
        ]

    def __str__(self) -> str:
        return f"{self.get_sender_display()} {self.seq}: {self.text[:60]}"

    @property
    def words(self) -> str:
        """Return what was written, without the names of the files that came with it."""
        return self.text.removeprefix(self.metadata.get("named", "")).strip() if self.has_files else self.text

    @property
    def has_files(self) -> bool:
        """Say whether files came with it, without asking the database."""
        return bool(self.metadata.get("files"))

    @property
    def intent_words(self) -> str:
        """Say what the message is about."""
        return Intent.words(self.intent)

    @property
    def can_be_rated(self) -> bool:
        """Say whether somebody answered here."""
        return self.sender in {Sender.ASSISTANT, Sender.OPERATOR}


class DialogRating(Timestamped):
    """What somebody thought of a whole conversation: one to five stars, editable."""

    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="ratings", verbose_name=_("dialog"))
    rating = models.SmallIntegerField(_("rating"))
    rating_type = models.CharField(_("about"), max_length=32, default="overall")
    comment = models.TextField(_("comment"), blank=True)
    rated_by = models.CharField(_("rated by"), max_length=16, choices=Rater, default=Rater.USER)
    telegram_message_id = models.CharField(_("Telegram message"), max_length=64, blank=True)

    class Meta:
        db_table = "dialog_ratings"
        verbose_name = _("dialog rating")
        verbose_name_plural = _("dialog ratings")
        constraints = [
            models.UniqueConstraint(
                fields=["dialog", "rating_type", "rated_by"], name="uq_dialog_ratings_dialog_rating_type_rated_by"
            ),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="ck_dialog_ratings_rating"),
            enum_check("ck_dialog_ratings_rated_by", "rated_by", Rater),
        ]

    def __str__(self) -> str:
        return f"{self.dialog} · {self.rating}★"


class MessageRating(Timestamped):
    """What somebody thought of one answer: a thumb up or down, or one to five stars."""

    message = models.ForeignKey(DialogMessage, models.CASCADE, related_name="ratings", verbose_name=_("message"))
    dialog = models.ForeignKey(Dialog, models.CASCADE, related_name="message_ratings", verbose_name=_("dialog"))
    rating = models.SmallIntegerField(_("rating"))
    rating_type = models.CharField(_("kind"), max_length=16, choices=RatingType, default=RatingType.THUMBS)
    comment = models.TextField(_("comment"), blank=True)
    rated_by = models.CharField(_("rated by"), max_length=16, choices=Rater, default=Rater.USER)
    telegram_callback_data = models.CharField(_("Telegram callback"), max_length=64, blank=True)

    class Meta:
        db_table = "message_ratings"
        verbose_name = _("message rating")
        verbose_name_plural = _("message ratings")
        constraints = [
            models.UniqueConstraint(
                fields=["message", "rating_type", "rated_by"], name="uq_message_ratings_message_rating_type_rated_by"
            ),
            models.CheckConstraint(
                condition=Q(rating_type="thumbs", rating__in=[-1, 1])
                | Q(rating_type="stars", rating__gte=1, rating__lte=5),
                name="ck_message_ratings_rating",
            ),
            enum_check("ck_message_ratings_rating_type", "rating_type", RatingType),
            enum_check("ck_message_ratings_rated_by", "rated_by", Rater),
        ]

    def __str__(self) -> str:
        return f"{self.message} · {self.rating}"
