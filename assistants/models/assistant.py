"""The assistant a seller sets up, and the history of its prompt."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts import secrets
from accounts.models import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped


class AssistantQuerySet(OwnedQuerySet["Assistant"]):
    """Assistants."""

    def active(self) -> Self:
        """Keep those that answer customers."""
        return self.filter(is_active=True)

    def on_websites(self) -> Self:
        """Keep those that a website may show."""
        return self.active().filter(website_integration_enabled=True)

    def bump_knowledge_version(self) -> int:
        """Tell every cache of these assistants' knowledge that it is stale."""
        return self.update(knowledge_version=F("knowledge_version") + 1)

    def answering_tickets(self, tenant: Tenant) -> Self:
        """Keep the one of a tenant's assistants that responds to tickets."""
        return self.filter(tenant=tenant, answers_tickets=True, is_active=True)

    def bump_widget_version(self) -> int:
        """Tell every open widget of these assistants to fetch its settings again."""
        return self.update(widget_version=F("widget_version") + 1)


class Assistant(Public, Owned, Timestamped):
    """A seller's answering voice: its words, its model, where it may speak."""

    name = models.CharField(_("name"), max_length=255)
    ai_model = models.CharField(_("chat model"), max_length=128, blank=True, help_text=_("Empty: chosen for you."))
    embedding_model = models.CharField(
        _("embedding model"), max_length=128, blank=True, help_text=_("Empty: chosen for you.")
    )
    system_prompt = models.TextField(_("instructions"), blank=True)
    greeting = models.TextField(_("greeting"), blank=True)
    language_code = models.CharField(_("language"), max_length=10, default="ru")
    is_active = models.BooleanField(_("active"), default=True)
    website_integration_enabled = models.BooleanField(_("on the website"), default=True)
    knowledge_version = models.BigIntegerField(_("knowledge version"), default=1, editable=False)
    widget_version = models.BigIntegerField(_("widget version"), default=1, editable=False)
    widget_settings = models.JSONField(_("widget settings"), default=dict, blank=True)
    suggested_questions = models.JSONField(_("suggested questions"), default=list, blank=True)
    fallback_text = models.TextField(_("when nothing fits"), blank=True)
    handoff_enabled = models.BooleanField(_("hands over to people"), default=True)
    answers_tickets = models.BooleanField(
        _("answers tickets first"),
        default=False,
        help_text=_("New requests get its first response; what it does not know goes to people."),
    )
    allowed_origins = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        verbose_name=_("allowed websites"),
        help_text=_("Addresses that may show the widget; none named means any."),
    )
    identity_secret_encrypted = models.BinaryField(_("identity secret"), null=True, editable=False)
    identity_secret_at = models.DateTimeField(_("identity secret made"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = AssistantQuerySet.as_manager()

    class Meta:
        db_table = "assistants"
        verbose_name = _("assistant")
        verbose_name_plural = _("assistants")
        constraints = [
            models.CheckConstraint(
                condition=Q(knowledge_version__gte=1, widget_version__gte=1), name="ck_assistants_versions"
            ),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(answers_tickets=True), name="uq_assistants_tenant_answers_tickets"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def seal_identity_secret(self, secret: str) -> None:
        """Put the secret that signs who a customer is on this row, encrypted; the caller saves."""
        context = secrets.context_of(self, "identity_secret_encrypted")
        self.identity_secret_encrypted = secrets.encrypt(secret, context=context)

    def open_identity_secret(self) -> str:
        """Return the secret that signs who a customer is, in clear."""
        context = secrets.context_of(self, "identity_secret_encrypted")
        return secrets.decrypt(self.identity_secret_encrypted or b"", context=context)


class VersionQuerySet(OwnedQuerySet["AssistantVersion"]):
    """Versions of assistants."""

    def published(self) -> Self:
        """Keep those that were in force at some time."""
        return self.filter(published_at__isnull=False)

    def latest_first(self) -> Self:
        """Order by number, newest first."""
        return self.order_by("-number")


class AssistantVersion(Owned, Created):
    """Instructions and model of an assistant: in force from ``published_at`` on, a draft without it."""

    assistant = models.ForeignKey(Assistant, models.CASCADE, related_name="versions", verbose_name=_("assistant"))
    number = models.IntegerField(_("number"))
    system_prompt = models.TextField(_("instructions"), blank=True)
    ai_model = models.CharField(_("chat model"), max_length=128, blank=True)
    note = models.CharField(_("what changed"), max_length=255, blank=True)
    restored_from = models.ForeignKey(
        "self", models.SET_NULL, related_name="+", null=True, blank=True, verbose_name=_("restored from")
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        db_table = "assistant_versions"
        verbose_name = _("assistant version")
        verbose_name_plural = _("assistant versions")
        constraints = [
            models.UniqueConstraint(fields=["assistant", "number"], name="uq_assistant_versions_assistant_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="ck_assistant_versions_number"),
        ]

    def __str__(self) -> str:
        return f"{self.assistant} · {self.number}"
