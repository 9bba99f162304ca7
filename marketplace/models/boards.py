"""What is known about a chat beside its words: its way over the board, its kind, and its review."""

from datetime import datetime
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import OwnedQuerySet
from config.db import Created, Public, Timestamped, enum_check
from config.moves import move
from marketplace.enums import (
    LINK_MOVES,
    ChatStage,
    ChatStatus,
    ChatTag,
    ClassificationStatus,
    CompletionReason,
    DecidedBy,
    LinkMethod,
    LinkState,
)
from marketplace.models.ai_logs import AiLog
from marketplace.models.chats import Chat, ChatMessage
from marketplace.models.reviews import Review
from marketplace.models.stores import OfStore, Store

STANDING: Final = (LinkState.LINKED, LinkState.CONFIRMED)
BUYER_WROTE: Final = "buyer_wrote"
SELLER_WROTE: Final = "seller_wrote"


class ChatAudit(OfStore, Created):
    """One step of a chat over the board, or a change of its kind or stage; kept for ever."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", db_index=False, verbose_name=_("store"))
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="steps", verbose_name=_("chat"))
    field = models.CharField(_("what"), max_length=16, default="status")
    before = models.CharField(pgettext_lazy("state", "from"), max_length=24, blank=True)
    after = models.CharField(pgettext_lazy("state", "to"), max_length=24)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("who")
    )
    reason = models.CharField(_("reason"), max_length=255, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "chat_audit"
        verbose_name = _("step of a chat")
        verbose_name_plural = _("steps of chats")

    def __str__(self) -> str:
        return f"{self.chat_id}: {self.before} → {self.after}"

    @property
    def words(self) -> str:
        """Return the step as people read it."""
        labels = {"status": ChatStatus, "tag": ChatTag, "stage": ChatStage}.get(self.field)
        known = dict(labels.choices) if labels else {}
        return f"{known.get(self.before, self.before)} → {known.get(self.after, self.after)}"

    @property
    def why(self) -> str:
        """Return the reason as people read it."""
        told = {
            BUYER_WROTE: gettext("the buyer wrote"),
            SELLER_WROTE: gettext("the seller wrote"),
            **dict(CompletionReason.choices),
            **dict(DecidedBy.choices),
        }
        return str(told.get(self.reason, self.reason))


class LinkQuerySet(OwnedQuerySet["ChatLink"]):
    """Links of chats with reviews."""

    def standing(self) -> Self:
        """Keep those that hold."""
        return self.filter(state__in=STANDING)

    def shown(self) -> Self:
        """Keep those nobody removed."""
        return self.exclude(state=LinkState.REMOVED)


class ChatLink(Public, OfStore, Timestamped):
    """A chat and the review it may be about; what a person removed is not made again by itself."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", db_index=False, verbose_name=_("store"))
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="links", db_index=False, verbose_name=_("chat"))
    review = models.ForeignKey(Review, models.CASCADE, related_name="chat_links", verbose_name=_("review"))
    method = models.CharField(_("matched by"), max_length=16, choices=LinkMethod)
    confidence = models.DecimalField(_("confidence"), max_digits=4, decimal_places=3)
    state = models.CharField(_("state"), max_length=16, choices=LinkState, default=LinkState.SUGGESTED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("who")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        db_table = "chat_review_links"
        verbose_name = _("link of a chat with a review")
        verbose_name_plural = _("links of chats with reviews")
        constraints = [
            models.UniqueConstraint(fields=["chat", "review", "tenant"], name="uq_chat_review_links_chat_review"),
            models.UniqueConstraint(
                fields=["tenant", "chat"], condition=Q(state__in=STANDING), name="uq_chat_review_links_standing"
            ),
            enum_check("ck_chat_review_links_method", "method", LinkMethod),
            enum_check("ck_chat_review_links_state", "state", LinkState),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="ck_chat_review_links_confidence"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chat_id} · {self.review_id} · {self.confidence}"

    @property
    def is_standing(self) -> bool:
        """Say whether the two are held to belong together."""
        return self.state in STANDING

    @property
    def percent(self) -> int:
        """Return the confidence in percent."""
        return round(self.confidence * 100)

    def move_to(self, state: LinkState, *, at: datetime, by: object = None) -> None:
        """Confirm or remove the link.

        Raises:
            IllegalMove: it is not in a state for that, or somebody decided first.
        """
        move(self, state, allowed=LINK_MOVES, field="state", decided_at=at, decided_by=by)


class ChatClassification(OfStore, Timestamped):
    """One judgement of a chat as it was after one message: at most one per message, whoever asks."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="+", db_index=False, verbose_name=_("store"))
    chat = models.ForeignKey(
        Chat, models.CASCADE, related_name="classifications", db_index=False, verbose_name=_("chat")
    )
    through = models.ForeignKey(ChatMessage, models.CASCADE, related_name="+", verbose_name=_("up to the message"))
    status = models.CharField(
        _("status"), max_length=16, choices=ClassificationStatus, default=ClassificationStatus.PENDING
    )
    decided_by = models.CharField(  # noqa: DJ001 -- null: not decided yet
        _("decided by"), max_length=16, choices=DecidedBy, null=True, blank=True
    )
    tag = models.CharField(  # noqa: DJ001 -- null: not decided
        _("tag"), max_length=24, choices=ChatTag, null=True, blank=True
    )
    stage = models.CharField(  # noqa: DJ001 -- null: not decided
        _("stage"), max_length=24, choices=ChatStage, null=True, blank=True
    )
    log = models.ForeignKey(AiLog, models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("AI log"))
    attempts = models.SmallIntegerField(_("attempts"), default=0)
    locked_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "chat_classifications"
        verbose_name = _("judgement of a chat")
        verbose_name_plural = _("judgements of chats")
        constraints = [
            models.UniqueConstraint(fields=["chat", "through", "tenant"], name="uq_chat_classifications_chat_through"),
            enum_check("ck_chat_classifications_status", "status", ClassificationStatus),
            enum_check("ck_chat_classifications_decided_by", "decided_by", DecidedBy),
            enum_check("ck_chat_classifications_tag", "tag", ChatTag),
            enum_check("ck_chat_classifications_stage", "stage", ChatStage),
            models.CheckConstraint(condition=Q(attempts__gte=0), name="ck_chat_classifications_attempts"),
        ]

    def __str__(self) -> str:
        return f"{self.chat_id}: {self.tag} / {self.stage}"
