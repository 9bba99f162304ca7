"""Pages of billing."""

from django.urls import URLPattern, URLResolver, path

from billing.views import balance, export, invitations, payments, spending, webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    path("balance/", balance.balance, name="balance"),
    path("balance/export/", export.export, name="balance_export"),
    path("balance/top-up/", payments.top_up, name="balance_top_up"),
    path("balance/code/", balance.use_code, name="balance_code"),
    path("balance/payments/<uuid:uuid>/", payments.returned, name="payment"),
    path("balance/sandbox/<uuid:uuid>/", payments.sandbox, name="sandbox_payment"),
    path("balance/payments/", payments.payments, name="payments"),
    path("balance/holds/", balance.holds, name="holds"),
    path("balance/usage/", spending.usage, name="usage"),
    path("balance/prices/", spending.prices, name="prices"),
    path("balance/limits/", spending.limits, name="limits"),
    path("balance/limits/set/", spending.set_limits, name="set_limits"),
    path("balance/invitations/", invitations.invitations, name="invitations"),
    path("r/<slug:code>/", invitations.follow, name="invitation_link"),
    path("webhooks/payments/yookassa/", webhooks.yookassa, name="yookassa_webhook"),
    path("webhooks/payments/robokassa/", webhooks.robokassa, name="robokassa_webhook"),
]
