"""Assistants, their versions and bots."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistants import services
from assistants.models import Assistant, AssistantVersion, BotInstance
from config.admin import FactAdmin, ModelAdmin


@admin.register(Assistant)
class AssistantAdmin(ModelAdmin):
    """Assistants of all tenants."""

    list_display = ("name", "tenant", "ai_model", "is_active", "website_integration_enabled", "created_at")
    list_filter = ("is_active", "website_integration_enabled", "language_code")
    list_select_related = ("tenant",)
    search_fields = ("=uuid", "tenant__slug__exact", "name__istartswith")
    search_help_text = _("Id, shop’s short name, or the beginning of the name")
    raw_id_fields = ("tenant", "created_by")
    readonly_fields = ("uuid", "knowledge_version", "widget_version", "created_at", "updated_at")
    actions = ("switch_on", "switch_off")

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Go through the service, so that versions are kept and widgets are told."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name in services.EDITABLE}
        draft = services.change_or_draft(obj, by=request.user, **fields)
        if draft is not None:
            words = _("The instructions are saved as draft %(number)d: run the set, then publish.")
            self.message_user(request, words % {"number": draft.number}, messages.WARNING)

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, assistants: QuerySet[Assistant]) -> None:
        """Let them answer customers."""
        self._switch(request, assistants, is_active=True)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, assistants: QuerySet[Assistant]) -> None:
        """Let them be silent."""
        self._switch(request, assistants, is_active=False)

    def _switch(self, request: HttpRequest, assistants: QuerySet[Assistant], *, is_active: bool) -> None:
        def switch(assistant: Assistant) -> object:
            return services.change_assistant(assistant, by=request.user, is_active=is_active)  # type: ignore[arg-type]  # staff

        self.each(request, assistants, switch, _("%(count)s assistants switched."))


@admin.register(AssistantVersion)
class AssistantVersionAdmin(FactAdmin):
    """What assistants were told, over time."""

    list_display = ("assistant", "number", "ai_model", "note", "published_at", "created_by", "created_at")
    list_select_related = ("assistant", "created_by")
    search_fields = ("=assistant__uuid",)
    search_help_text = _("Assistant’s id")


class BotForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A bot with its token, which is written and never shown."""

    token = forms.CharField(
        label=_("New token"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave empty to keep the present one."),
    )

    class Meta:
        model = BotInstance
        fields = ["tenant", "assistant", "platform", "name", "username", "external_id", "is_active", "settings"]

    def clean_token(self) -> str:
        """Refuse a token that another bot has."""
        token = str(self.cleaned_data["token"]).strip()
        if token and BotInstance.objects.with_token(token).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another bot has this token."))
        return token


@admin.register(BotInstance)
class BotAdmin(ModelAdmin):
    """Bots of all tenants; their tokens are written, never shown."""

    form = BotForm
    list_display = ("__str__", "tenant", "assistant", "platform", "is_active", "masked_token", "last_error")
    list_filter = ("platform", "is_active")
    list_select_related = ("tenant", "assistant")
    search_fields = ("=uuid", "=external_id", "tenant__slug__exact", "username__istartswith")
    autocomplete_fields = ("assistant",)
    raw_id_fields = ("tenant",)
    readonly_fields = ("uuid", "masked_token", "last_error", "last_error_message", "created_at", "updated_at")

    @admin.display(description=_("token"))
    def masked_token(self, bot: BotInstance) -> str:
        """Return the token's last characters."""
        return f"…{bot.token_last4}" if bot.token_fingerprint else "—"

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Seal a new token."""
        if form.cleaned_data.get("token"):
            obj.seal_token(form.cleaned_data["token"])
        super().save_model(request, obj, form, change)
