"""The pool of keys, other ways to models, the catalogue, and what calls used."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts import secrets
from assistants import services
from assistants.explanations import explain
from assistants.models import AiModel, AiRoute, AiTokenPool, AiTokenUsage
from assistants.services.connecting import test_pool_key
from config.admin import FactAdmin
from config.admin import ModelAdmin as BaseAdmin

HEALTH = ("error_count", "cooldown_until", "parked_reason", "parked_at", "last_error", "last_error_message")


class PoolKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A key of the pool; it is written and never shown."""

    base_url = forms.URLField(
        label=_("address"), required=False, assume_scheme="https", help_text=_("Empty: the provider's own.")
    )
    token = forms.CharField(
        label=_("API key"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave empty to keep the present one."),
    )

    class Meta:
        model = AiTokenPool
        fields = [
            "name",
            "provider",
            "base_url",
            "model_access",
            "priority",
            "daily_limit",
            "monthly_limit",
            "is_active",
            "notes",
        ]

    def clean_token(self) -> str:
        """Want a key for a new row, and none twice."""
        token = str(self.cleaned_data["token"]).strip()
        if not token and self.instance.pk is None:
            raise forms.ValidationError(_("A key is needed."))
        same = AiTokenPool.objects.filter(token_fingerprint__in=secrets.fingerprints(token)) if token else None
        if same is not None and same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This key is already in the pool."))
        return token


@admin.register(AiTokenPool)
class PoolKeyAdmin(BaseAdmin):
    """Our own keys: order, limits, health."""

    form = PoolKeyForm
    list_display = ("name", "provider", "priority", "state", "today", "this_month", "masked_key", "last_used")
    list_filter = ("provider", "is_active", "parked_reason")
    search_fields = ("name__istartswith", "=token_last4")
    ordering = ("priority", "name")
    readonly_fields = (
        "uuid",
        "masked_key",
        "current_daily_usage",
        "current_monthly_usage",
        *HEALTH,
        "last_used",
        "created_at",
        "updated_at",
    )
    actions = ("park", "unpark")
    actions_detail = ("try_key",)  # type: ignore[assignment]  # typed as empty by unfold

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of keys, and of the page that tests one."""
        test = path("<int:pk>/test/", self.admin_site.admin_view(self.test_view), name="test_pool_key")
        return [test, *super().get_urls()]

    @action(description=_("Test"), icon="bolt")  # type: ignore[operator,arg-type]  # unfold takes lazy text
    def try_key(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Go to the page that tests the key."""
        return redirect("admin:test_pool_key", pk=object_id)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """List the models of a key, ask for one answer and one vector, and say what came."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        key = get_object_or_404(AiTokenPool, pk=pk)
        report = test_pool_key(key, at=now()) if request.method == "POST" else None
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Test of “%(name)s”") % {"name": key.name},
            "key": key,
            "report": report,
            "problem": explain(report.problem.problem, report.problem.facts) if report and report.problem else "",
        }
        return TemplateResponse(request, "assistants/admin_test.html", context)

    @admin.display(description=_("key"))
    def masked_key(self, key: AiTokenPool) -> str:
        """Return the key's last characters."""
        return f"…{key.token_last4}"

    @display(
        description=_("state"),  # type: ignore[arg-type]  # unfold takes lazy text
        label={"ready": "success", "resting": "warning", "parked": "danger", "broken": "danger", "off": "info"},
    )
    def state(self, key: AiTokenPool) -> tuple[str, Any]:
        """Return how the key is doing."""
        if not key.is_active:
            return "off", _("off")
        if key.parked_reason:
            return "parked", key.get_parked_reason_display()
        if key.cooldown_until and key.cooldown_until > now():
            return "resting", _("resting")
        return ("broken", _("broken")) if key.is_broken else ("ready", _("ready"))

    @admin.display(description=_("today"), ordering="current_daily_usage")
    def today(self, key: AiTokenPool) -> str:
        """Return calls of the day and their limit."""
        return f"{key.used_today(at=now())} / {key.daily_limit}"

    @admin.display(description=_("this month"), ordering="current_monthly_usage")
    def this_month(self, key: AiTokenPool) -> str:
        """Return calls of the month and their limit."""
        return f"{key.used_this_month(at=now())} / {key.monthly_limit}"

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 -- Django's
        """Seal a new key; a corrected one starts with a clean record."""
        if form.cleaned_data.get("token"):
            obj.seal_token(form.cleaned_data["token"])
        super().save_model(request, obj, form, change)
        if change and form.cleaned_data.get("token"):
            services.unpark_key(obj)

    @admin.action(description=_("Park"), permissions=["change"])
    def park(self, request: HttpRequest, keys: QuerySet[AiTokenPool]) -> None:
        """Take keys out."""
        self.each(request, keys, lambda key: services.park_key(key, at=now()), _("%(count)s keys parked."))

    @admin.action(description=_("Put back to work"), permissions=["change"])
    def unpark(self, request: HttpRequest, keys: QuerySet[AiTokenPool]) -> None:
        """Put keys back to work with a clean record."""
        self.each(request, keys, services.unpark_key, _("%(count)s keys are back."))


@admin.register(AiRoute)
class RouteAdmin(BaseAdmin):
    """How the ways outside the pool are doing: to read, and to put back to work."""

    list_display = ("key", "error_count", "cooldown_until", "parked_reason", "last_error")
    list_filter = ("parked_reason",)
    search_fields = ("key__istartswith",)
    readonly_fields = ("key", *HEALTH, "created_at", "updated_at")
    actions = ("unpark",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: the door writes these rows."""
        return False

    @admin.action(description=_("Put back to work"), permissions=["change"])
    def unpark(self, request: HttpRequest, routes: QuerySet[AiRoute]) -> None:
        """Put ways back to work with a clean record."""
        self.each(request, routes, services.unpark_route, _("%(count)s ways are back."))


@admin.register(AiModel)
class ModelAdmin(BaseAdmin):
    """The catalogue of models."""

    list_display = (
        "name",
        "provider",
        "kind",
        "price_input",
        "price_output",
        "currency",
        "is_default",
        "shutdown_on",
        "replaced_by",
    )
    list_filter = ("provider", "kind", "is_default")
    search_fields = ("name__istartswith",)
    ordering = ("provider", "kind", "name")
    readonly_fields = ("is_default", "created_at", "updated_at")
    actions = ("make_default",)

    @admin.action(description=_("Make the default of its provider"), permissions=["change"])
    def make_default(self, request: HttpRequest, models: QuerySet[AiModel]) -> None:
        """Let models answer whenever their providers are asked and none is named."""
        self.each(request, models, services.make_default, _("%(count)s models are defaults now."))


@admin.register(AiTokenUsage)
class UsageAdmin(FactAdmin):
    """Every attempt at a model."""

    list_display = (
        "created_at",
        "tenant",
        "key_name",
        "model_used",
        "request_type",
        "total_tokens",
        "cost",
        "response_time",
        "success",
        "error_code",
    )
    list_filter = ("success", "request_type", "provider", "is_estimated")
    list_select_related = ("tenant",)
    search_fields = ("=request_id", "tenant__slug__exact")
    search_help_text = _("Provider’s request id, or the shop’s short name")
    ordering = ("-id",)
