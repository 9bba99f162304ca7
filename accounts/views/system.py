"""The staff's page of system settings: typed forms by category, history with a way back, maintenance mode."""

from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import widgets

from accounts import services, switches
from accounts.enums import MaintenanceMode, SettingCategory, SettingType
from accounts.errors import SettingInvalid
from accounts.maintenance import refusal
from accounts.models import AuditEntry, SystemSetting, User
from accounts.services import maintenance
from accounts.services.audit import label_of
from accounts.services.system import revert_setting
from accounts.switches import Switch
from config.admin import Page

HISTORY: Final = 40
LONG: Final = {"message_ru", "message_en"}


class CategoryForm(forms.Form):
    """The settings of one category, each with the field of its type."""

    def __init__(self, *args: Any, category: SettingCategory, **kwargs: Any) -> None:
        self.switches = [switch for switch in switches.ALL if switch.category == category]
        super().__init__(*args, **kwargs)
        for switch in self.switches:
            self.fields[switch.key] = _field_of(switch)

    def save(self, *, by: User) -> int:
        """Write what was changed; return how many settings that were."""
        count = 0
        for switch in self.switches:
            value = self.cleaned_data[switch.key]
            keeps_secret = switch.is_sensitive and not value
            if keeps_secret or value == services.setting(switch.category, switch.key):
                continue
            services.set_setting(switch.category, switch.key, value, by=by)
            count += 1
        return count


def _field_of(switch: Switch) -> forms.Field:
    shared: dict[str, Any] = {"label": switch.title, "help_text": switch.help, "required": False}
    if not switch.is_sensitive:
        shared["initial"] = services.setting(switch.category, switch.key)
    if switch.data_type == SettingType.BOOLEAN:
        return forms.BooleanField(widget=widgets.UnfoldBooleanSwitchWidget, **shared)
    if switch.data_type == SettingType.CHOICE:
        return forms.ChoiceField(choices=switch.choices, widget=widgets.UnfoldAdminSelectWidget, **shared)
    if switch.data_type in {SettingType.INTEGER, SettingType.DECIMAL}:
        return _number_field(switch, shared)
    if switch.is_sensitive:
        return forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), **shared)
    wide = widgets.UnfoldAdminTextareaWidget(attrs={"rows": 3}) if switch.key in LONG else None
    kind = forms.EmailField if switch.key.endswith("email") else forms.CharField
    return kind(max_length=500, widget=wide or widgets.UnfoldAdminTextInputWidget, **shared)


def _number_field(switch: Switch, shared: dict[str, Any]) -> forms.Field:
    bounds: dict[str, Any] = {"min_value": switch.minimum, "max_value": switch.maximum}
    options: dict[str, Any] = {**shared, **bounds, "required": True}
    if switch.data_type == SettingType.INTEGER:
        return forms.IntegerField(widget=widgets.UnfoldAdminIntegerFieldWidget, **options)
    return forms.DecimalField(widget=widgets.UnfoldAdminDecimalFieldWidget, decimal_places=2, **options)


def settings(request: HttpRequest) -> HttpResponse:
    """Show and change the settings of one category."""
    user = _staff(request, "view")
    category = _category(request)
    form = CategoryForm(request.POST or None, category=category)
    if request.method == "POST":
        _staff(request, "change")
        if entry := request.POST.get("revert"):
            return _revert(request, entry, category, user)
        if key := request.POST.get("reset"):
            return _reset(request, key, category, user)
        if form.is_valid():
            count = form.save(by=user)
            messages.success(request, _("Saved.") if count else _("Nothing was changed."))
            return _back(category)
    context = {
        **admin.site.each_context(request),
        "title": _("System settings"),
        "categories": [(each.value, each.label) for each in _used()],
        "category": category,
        "form": form,
        "rows": [(switch, form[switch.key], _is_set(switch)) for switch in form.switches],
        "may_change": user.has_perm("accounts.change_systemsetting"),
        "history": _history(category),
        "modes": MaintenanceMode.choices[1:] if category == SettingCategory.MAINTENANCE else (),
        "notice": maintenance.current(),
    }
    return TemplateResponse(request, "accounts/admin/settings.html", context, status=422 if form.errors else 200)


def preview(request: HttpRequest) -> HttpResponse:
    """Show what people would read, before the switch."""
    _staff(request, "view")
    mode = request.GET.get("mode", "")
    if mode not in {MaintenanceMode.CLOSED, MaintenanceMode.READ_ONLY}:
        raise Http404
    response = refusal(request, maintenance.notice_of(mode))
    response.status_code = 200
    del response["Refresh"], response["Retry-After"]
    return response


def _revert(request: HttpRequest, entry: str, category: SettingCategory, user: User) -> HttpResponse:
    rows = AuditEntry.objects.filter(target_type=SystemSetting._meta.db_table)
    found = get_object_or_404(rows, uuid=entry) if _is_uuid(entry) else None
    if found is None:
        raise Http404
    try:
        revert_setting(found, by=user)
    except SettingInvalid as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is as it was before."))
    return _back(category)


def _reset(request: HttpRequest, key: str, category: SettingCategory, user: User) -> HttpResponse:
    if switches.known(category, key) is None:
        raise Http404
    services.set_setting(category, key, None, by=user)
    messages.success(request, _("The default holds again."))
    return _back(category)


def _staff(request: HttpRequest, verb: str) -> User:
    user = cast("User", request.user)
    if not user.has_perm(f"accounts.{verb}_systemsetting"):
        raise PermissionDenied
    return user


def _used() -> list[SettingCategory]:
    return [each for each in SettingCategory if any(switch.category == each for switch in switches.ALL)]


def _category(request: HttpRequest) -> SettingCategory:
    chosen = request.GET.get("category", SettingCategory.GENERAL)
    if chosen not in _used():
        raise Http404
    return SettingCategory(chosen)


def _is_set(switch: Switch) -> bool:
    return SystemSetting.objects.filter(category=switch.category, key=switch.key).exclude(value=None).exists()


def _history(category: SettingCategory) -> list[dict[str, Any]]:
    rows = {str(row.pk): row for row in SystemSetting.objects.filter(category=category)}
    entries = AuditEntry.objects.filter(target_type=SystemSetting._meta.db_table, target_key__in=rows)
    return [
        {
            "entry": entry,
            "action": label_of(entry.action),
            "title": getattr(switches.known(category, rows[entry.target_key].key), "title", entry.target),
            "before": entry.before.get("value"),
            "after": entry.after.get("value"),
            "can_revert": not rows[entry.target_key].is_sensitive,
        }
        for entry in entries.order_by("-pk")[:HISTORY]
    ]


def _back(category: SettingCategory) -> HttpResponse:
    response = redirect("admin:system_settings")
    response["Location"] += f"?category={category}"
    return response


def _is_uuid(text: str) -> bool:
    return forms.UUIDField().to_python(text) is not None if len(text) == len("0" * 36) else False


PAGES: Final = (
    Page(
        title=gettext_lazy("System settings"),
        path="settings/",
        name="system_settings",
        icon="tune",
        view=settings,
    ),
    Page(
        title=gettext_lazy("Preview"),
        path="settings/preview/",
        name="maintenance_preview",
        icon="visibility",
        view=preview,
        is_listed=False,
    ),
)
