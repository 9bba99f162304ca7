"""Prices: a new one ends the one before."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from billing import services
from billing.admin.dialogs import carry_out
from billing.enums import ServiceType
from billing.forms import midnight
from billing.models import ServicePrice
from billing.services.amounts import LARGEST
from config.admin import ModelAdmin


class PriceForm(BaseDialogForm):
    """A service's new price, and since when."""

    service = forms.ChoiceField(label=_("Service"), choices=ServiceType.choices, widget=UnfoldAdminSelectWidget)
    price = forms.DecimalField(
        label=_("Price, ₽"), max_value=LARGEST, max_digits=18, decimal_places=6, widget=UnfoldAdminDecimalFieldWidget
    )
    starts_on = forms.DateField(
        label=_("From"), required=False, widget=UnfoldAdminSingleDateWidget, help_text=_("Empty: from now on.")
    )
    description = forms.CharField(
        label=_("Description"), required=False, max_length=255, widget=UnfoldAdminTextInputWidget
    )


@admin.register(ServicePrice)
class ServicePriceAdmin(ModelAdmin):
    """What services cost, have cost and will cost."""

    list_display = ("service_type", "price", "state", "valid_from", "valid_to")
    list_filter = ("service_type", "is_active")
    ordering = ("service_type", "-valid_from")
    actions = None
    actions_list: Any = ("set_price",)
    readonly_fields = ("service_type", "price", "is_active", "valid_from", "valid_to", "created_at", "updated_at")
    fields = ("service_type", "price", "description", "is_active", "valid_from", "valid_to", "created_at", "updated_at")

    @display(
        description=_("State"),  # type: ignore[arg-type, operator]  # lazy text; an untyped decorator
        label={"now": "success", "later": "info", "over": ""},
    )
    def state(self, price: ServicePrice) -> tuple[str, Any]:
        """Return whether the price holds."""
        at = now()
        if not price.is_active or (price.valid_to and price.valid_to <= at):
            return "over", _("Over")
        return ("later", _("Later")) if price.valid_from > at else ("now", _("Now"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a price is set by the action, which ends the one before."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: what things cost is history."""
        return False

    @action(  # type: ignore[operator]  # an untyped decorator
        description=_("Set a price"),  # type: ignore[arg-type]  # lazy text
        icon="sell",
        permissions=["change"],
        dialog={  # type: ignore[arg-type]  # lazy texts
            "title": _("Set a price"),
            "description": _("It takes the place of the current one; what was charged before stays as it was."),
            "form_class": PriceForm,
            "form_submit_text": _("Set"),
        },
    )
    def set_price(self, request: HttpRequest, form: PriceForm) -> HttpResponse:
        """Begin a new price."""
        at, facts = now(), form.cleaned_data
        starts_at = midnight(facts["starts_on"]) if facts["starts_on"] else at
        return carry_out(
            self,
            request,
            lambda: services.set_price(
                ServiceType(facts["service"]),
                price=facts["price"],
                valid_from=starts_at,
                at=at,
                description=facts["description"],
            ),
            done=str(_("The price is set.")),
            url=reverse("admin:billing_serviceprice_changelist"),
        )
