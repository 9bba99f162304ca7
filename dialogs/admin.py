"""Admin of dialogs."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from config.admin import FactAdmin, ModelAdmin
from dialogs.enums import HandoffReason
from dialogs.models import (
    AnswerRun,
    Contact,
    ContactIdentity,
    Dialog,
    DialogAttachment,
    DialogMessage,
    DialogRating,
    InboundEvent,
    MessageRating,
)
from dialogs.services import handing


class FoundByUuid(ModelAdmin):
    """Search that takes a whole uuid as well, by its index."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the row with this uuid, or what the ordinary search finds."""
        try:
            return queryset.filter(uuid=UUID(search_term.strip())), False
        except ValueError:
            found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, search_term)
            return found


class FactInline(TabularInline):
    """Rows below another row: to read."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: facts come from services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: facts do not change."""
        return False


class IdentityInline(FactInline):
    """What platforms call the contact."""

    model = ContactIdentity
    fields = ("platform", "external_id", "username", "created_at")
    readonly_fields = fields


class DialogRatingInline(FactInline):
    """Stars of the conversation."""

    model = DialogRating
    fields = ("rating", "rating_type", "comment", "rated_by", "updated_at")
    readonly_fields = fields


@admin.register(Contact)
class ContactAdmin(FoundByUuid):
    """End customers."""

    list_display = ("__str__", "email", "phone", "tenant", "created_at")
    list_select_related = ("tenant",)
    list_filter = (("tenant", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("email__exact", "phone__exact", "identities__external_id__exact")
    search_help_text = _("Whole e-mail, phone, uuid or platform id")
    autocomplete_fields = ("tenant",)
    readonly_fields = ("uuid", "dialogs_link", "created_at", "updated_at")
    inlines: ClassVar[list[Any]] = [IdentityInline]

    @admin.display(description=_("dialogs"))
    def dialogs_link(self, contact: Contact) -> SafeString:
        """Lead to the contact's conversations."""
        return _link("admin:dialogs_dialog_changelist", f"contact__id__exact={contact.pk}", _("Show"))


@admin.register(ContactIdentity)
class ContactIdentityAdmin(FactAdmin):
    """Names of contacts on platforms."""

    list_display = ("external_id", "platform", "username", "contact", "tenant", "created_at")
    list_select_related = ("contact", "tenant")
    list_filter = ("platform",)
    search_fields = ("external_id__exact",)
    search_help_text = _("Whole platform id")


@admin.register(Dialog)
class DialogAdmin(FoundByUuid):
    """Conversations: settings to look at, states to move by actions."""

    list_display = ("__str__", "contact", "tenant", "status", "handoff_status", "messages_count", "last_message_at")
    list_select_related = ("contact", "tenant")
    list_filter = ("platform", "status", "handoff_status", "fallback", ("tenant", admin.RelatedOnlyFieldListFilter))
    ordering = ("-pk",)
    search_fields = ("session_id__exact", "chat_id__exact")
    search_help_text = _("Whole uuid, session or chat id")
    actions = ("close_dialogs", "request_person")
    inlines: ClassVar[list[Any]] = [DialogRatingInline]
    exclude = ("is_taken_over",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Leave only the assistant's switch to change; everything else is moved by services."""
        names = [
            field.name for field in Dialog._meta.fields if field.name not in {"id", "auto_response", "is_taken_over"}
        ]
        return [*names, "messages_link", "runs_link"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: conversations begin with a customer."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: what was said stays."""
        return False

    @admin.display(description=_("messages"))
    def messages_link(self, dialog: Dialog) -> SafeString:
        """Lead to the messages."""
        return _link("admin:dialogs_dialogmessage_changelist", f"dialog__id__exact={dialog.pk}", _("Show"))

    @admin.display(description=_("answers"))
    def runs_link(self, dialog: Dialog) -> SafeString:
        """Lead to the work on answers."""
        return _link("admin:dialogs_answerrun_changelist", f"dialog__id__exact={dialog.pk}", _("Show"))

    @admin.action(description=_("Close"), permissions=["change"])
    def close_dialogs(self, request: HttpRequest, dialogs: QuerySet[Dialog]) -> None:
        """End the conversations."""
        self.each(request, dialogs, lambda dialog: handing.close(dialog, at=now()), _("Closed: %(count)d."))

    @admin.action(description=_("Request a person"), permissions=["change"])
    def request_person(self, request: HttpRequest, dialogs: QuerySet[Dialog]) -> None:
        """Call an operator into the conversations."""
        self.each(
            request,
            dialogs,
            lambda dialog: handing.request_person(dialog, reason=HandoffReason.MANUAL, at=now()),
            _("A person is requested: %(count)d."),
        )


@admin.register(DialogMessage)
class DialogMessageAdmin(FoundByUuid, FactAdmin):  # type: ignore[misc]  # Unfold's own bases disagree
    """What was said."""

    list_display = ("seq", "sender", "short_text", "dialog", "delivery_status", "intent", "created_at")
    list_select_related = ("dialog",)
    list_filter = ("sender", "delivery_status", "system_type")
    ordering = ("-pk",)
    search_fields = ("platform_message_id__exact",)
    search_help_text = _("Whole uuid or platform id")

    @admin.display(description=_("text"))
    def short_text(self, message: DialogMessage) -> str:
        """Return the beginning of the text."""
        return message.text[:90]


@admin.register(DialogAttachment)
class DialogAttachmentAdmin(FoundByUuid, FactAdmin):  # type: ignore[misc]  # Unfold's own bases disagree
    """Files of conversations."""

    list_display = ("__str__", "kind", "content_type", "size", "sender", "state", "dialog", "created_at")
    list_select_related = ("dialog",)
    list_filter = ("state", "kind", "sender", "problem")
    ordering = ("-pk",)
    search_fields = ("digest__exact",)
    search_help_text = _("Whole uuid or SHA-256")
    exclude = ("path", "thumbnail_path")


@admin.register(AnswerRun)
class AnswerRunAdmin(FoundByUuid, FactAdmin):  # type: ignore[misc]  # Unfold's own bases disagree
    """Work on answers."""

    list_display = ("uuid", "dialog", "status", "outcome", "attempts", "due_at", "finished_at")
    list_select_related = ("dialog",)
    list_filter = ("status",)
    ordering = ("-pk",)
    search_fields = ("outcome__exact",)
    search_help_text = _("Whole uuid or outcome")


@admin.register(DialogRating)
class DialogRatingAdmin(FactAdmin):
    """Stars of conversations."""

    list_display = ("dialog", "rating", "rating_type", "rated_by", "comment", "updated_at")
    list_select_related = ("dialog",)
    list_filter = ("rating", "rated_by")
    ordering = ("-pk",)


@admin.register(MessageRating)
class MessageRatingAdmin(FactAdmin):
    """Thumbs and stars of answers."""

    list_display = ("message", "rating", "rating_type", "rated_by", "comment", "updated_at")
    list_select_related = ("message",)
    list_filter = ("rating_type", "rating", "rated_by")
    ordering = ("-pk",)


@admin.register(InboundEvent)
class InboundEventAdmin(FactAdmin):
    """What messengers have told already."""

    list_display = ("key", "bot", "tenant", "created_at")
    list_select_related = ("bot", "tenant")
    ordering = ("-pk",)
    search_fields = ("key__exact",)
    search_help_text = _("Whole platform id")


def _link(name: str, query: str, words: Any) -> SafeString:
    return format_html('<a href="{}?{}">{}</a>', reverse(name), query, words)
