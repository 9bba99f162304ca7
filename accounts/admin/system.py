"""Settings of the whole system, and the first steps people take."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import secrets, services
from accounts.enums import SettingCategory, SettingType
from accounts.errors import SettingInvalid
from accounts.models import StartPageEvent, SystemSetting
from accounts.services.system import checked, opened
from config.admin import FactAdmin, ModelAdmin


class SystemSettingForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A setting; a sensitive value is written, never shown."""

    class Meta:
        model = SystemSetting
        fields = ("category", "key", "data_type", "value", "default_value", "is_sensitive", "is_active", "description")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.is_sensitive:
            self.initial["value"] = ""
            self.fields["value"].help_text = _("Kept encrypted. Leave it empty to keep the present value.")

    def clean(self) -> dict[str, Any]:
        """Refuse a value that does not have the type."""
        facts = super().clean() or {}
        for name in ("value", "default_value"):
            if facts.get(name):
                try:
                    checked(facts[name], SettingType(facts["data_type"]), name=facts.get("key", ""))
                except SettingInvalid as error:
                    raise ValidationError({name: str(error)}) from error
        return facts


@admin.register(SystemSetting)
class SystemSettingAdmin(ModelAdmin):
    """Switches of the whole system."""

    form = SystemSettingForm
    list_display = ("key", "category", "shown_value", "data_type", "is_active", "updated_at")
    list_filter = ("category", "is_active", "is_sensitive")
    search_fields = ("key__exact",)
    ordering = ("category", "key")

    @admin.display(description=_("Value"))
    def shown_value(self, row: SystemSetting) -> str:
        """Return the value, a sensitive one by its last characters."""
        try:
            text = opened(row)
        except secrets.SecretUnreadable:
            return "?"
        if text is None:
            return "—"
        return secrets.masked(text) if row.is_sensitive else text[:80]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's signature
        """Write the value through the service, which encrypts and forgets caches."""
        value = obj.value
        keeps = change and form.instance.is_sensitive and not value
        if change:
            obj.value = SystemSetting.objects.values_list("value", flat=True).get(pk=obj.pk)
        obj.save()
        if not keeps:
            services.set_setting(
                SettingCategory(obj.category),
                obj.key,
                value or None,
                by=request.user,  # type: ignore[arg-type]  # staff
                data_type=SettingType(obj.data_type),
                is_sensitive=obj.is_sensitive,
            )


@admin.register(StartPageEvent)
class StartPageEventAdmin(FactAdmin):
    """Steps on the way to the first answer."""

    list_display = ("event_type", "step", "session_id", "user", "created_at")
    list_select_related = ("user",)
    search_fields = ("session_id__exact",)
    search_help_text = _("The session")
    ordering = ("-id",)
