"""How a seller wants the AI to work for them."""

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Timestamped, enum_check, money
from marketplace.replies import SafetyLevel

MOST_AT_ONCE: Final = 50


class SellerSettings(Owned, Timestamped):
    """Prompts and reminders of one tenant; an empty prompt means the built-in one."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="+", verbose_name=_("tenant"))
    ai_concurrency = models.IntegerField(_("drafts at once"), default=5)

    daily_limit = money(
        _("spend at most a day, ₽"),
        null=True,
        blank=True,
        help_text=_("For drafts of the Wildberries desk; empty: no limit."),
    )
    is_auto_paused = models.BooleanField(
        _("stop everything automatic"), default=False, help_text=_("Nothing is drafted or sent by itself.")
    )
    safety = models.CharField(_("safety"), max_length=16, choices=SafetyLevel, default=SafetyLevel.SAFE)
    auto_daily_cap = models.IntegerField(_("sent by itself a day, at most"), default=50)

    prompt_chat_reply = models.TextField(_("prompt: reply in a chat"), blank=True)
    prompt_chat_tag = models.TextField(_("prompt: kind of a chat"), blank=True)
    prompt_chat_deletion_tag = models.TextField(
        _("prompt: stage of a chat"), blank=True, help_text=_("Empty: the prompt for the kind of a chat.")
    )
    prompt_deletion_offer = models.TextField(
        _("prompt: offer a solution"), blank=True, help_text=_("Empty: the prompt for a reply in a chat.")
    )
    prompt_question_reply = models.TextField(_("prompt: answer a question"), blank=True)
    prompt_review_complaint = models.TextField(_("prompt: draft a complaint"), blank=True)
    prompt_review_reply = models.TextField(_("prompt: reply to a review"), blank=True)

    no_reply_messages = models.JSONField(_("reminders, set 1"), default=list, blank=True)
    no_reply_trigger_phrase = models.TextField(_("phrase that starts set 1"), blank=True)
    no_reply_stop_message = models.TextField(_("last message of set 1"), blank=True)
    no_reply_messages2 = models.JSONField(_("reminders, set 2"), default=list, blank=True)
    no_reply_trigger_phrase2 = models.TextField(_("phrase that starts set 2"), blank=True)
    no_reply_stop_message2 = models.TextField(_("last message of set 2"), blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        db_table = "seller_settings"
        verbose_name = _("seller's settings")
        verbose_name_plural = _("sellers' settings")
        constraints = [
            models.CheckConstraint(
                condition=Q(ai_concurrency__gte=1, ai_concurrency__lte=MOST_AT_ONCE),
                name="ck_seller_settings_ai_concurrency",
            ),
            enum_check("ck_seller_settings_safety", "safety", SafetyLevel),
            models.CheckConstraint(
                condition=Q(auto_daily_cap__gte=0) & (Q(daily_limit=None) | Q(daily_limit__gte=0)),
                name="ck_seller_settings_limits",
            ),
        ]

    def __str__(self) -> str:
        return str(self.tenant)
