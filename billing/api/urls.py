"""API resources of billing, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from billing.api.spending import InvitationView, RewardViewSet, SpendCapsView, UsageView
from billing.api.views import BalanceView, PaymentViewSet, PriceViewSet, RedeemView, TransactionViewSet

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("transactions", TransactionViewSet, "transaction"),
    ("payments", PaymentViewSet, "payment"),
    ("prices", PriceViewSet, "price"),
    ("referral-rewards", RewardViewSet, "referral-reward"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("balance/", BalanceView.as_view(), name="api-balance"),
    path("usage/", UsageView.as_view(), name="api-usage"),
    path("spend-caps/", SpendCapsView.as_view(), name="api-spend-caps"),
    path("referral/", InvitationView.as_view(), name="api-referral"),
    path("promo-codes/redeem/", RedeemView.as_view(), name="promo-code-redeem"),
]
