"""Money over the API."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.enums import Role
from accounts.models import Tenant, person_behind
from billing import reports, services
from billing.api.filters import TransactionFilter
from billing.api.serializers import (
    BalanceSerializer,
    CodeSerializer,
    PaymentSerializer,
    PriceQuerySerializer,
    PriceSerializer,
    RedeemedSerializer,
    TransactionSerializer,
)
from billing.models import BalanceTransaction, Payment, ServicePrice
from billing.ports import assistants_of
from billing.views.payments import return_page


class BalanceView(APIView):
    """The shop's balance."""

    @extend_schema(operation_id="balance_retrieve", responses=BalanceSerializer)
    def get(self, request: Request) -> Response:
        """Return what there is and what was spent."""
        return Response(BalanceSerializer(reports.summary(shop_of(request), at=now())).data)


class TransactionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[BalanceTransaction]):
    """The ledger, newest first; nothing in it ever changes."""

    queryset = BalanceTransaction.objects.none()
    serializer_class = TransactionSerializer
    filterset_class = TransactionFilter
    lookup_field = "uuid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[BalanceTransaction]:
        """Return the entries of the current shop."""
        entries = BalanceTransaction.objects.visible_to(self.request.user).of(shop_of(self.request))
        return entries.select_related("refund_of")

    def get_serializer_context(self) -> dict[str, Any]:
        """Name the shop's assistants once for the whole page."""
        return {**super().get_serializer_context(), "assistants": assistants_of(shop_of(self.request))}


class PaymentViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet[Payment]
):
    """Top-ups: create one, pay it on its page; its state follows the provider's."""

    queryset = Payment.objects.none()
    serializer_class = PaymentSerializer
    filterset_fields = ("status",)
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    write_role = Role.ADMIN

    def get_queryset(self) -> QuerySet[Payment]:
        """Return the payments of the current shop."""
        payments = Payment.objects.visible_to(self.request.user).of(shop_of(self.request))
        return payments.select_related("entry")

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Begin a payment at the provider."""
        serializer.instance = services.start_payment(
            shop_of(self.request),
            amount=serializer.validated_data["amount"],
            provider=serializer.validated_data.get("provider", ""),
            return_page=return_page,
            at=now(),
            created_by=person_behind(self.request.user),
        )


class PriceViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[ServicePrice]):
    """Today's prices, the same for everybody; ``when=coming`` lists announced changes."""

    queryset = ServicePrice.objects.none()
    serializer_class = PriceSerializer
    pagination_class = None
    filterset_fields = ("service_type",)

    @extend_schema(parameters=[PriceQuerySerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return what holds now, or what is to come."""
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[ServicePrice]:
        """Return what holds now, or what is to come."""
        query = PriceQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        is_coming = query.validated_data["when"] == "coming"
        prices = ServicePrice.objects.coming(at=now()) if is_coming else ServicePrice.objects.valid(at=now())
        return prices.order_by("service_type", "valid_from")


class RedeemView(APIView):
    """Promo codes and invitations."""

    write_role = Role.ADMIN

    @extend_schema(
        operation_id="promo_codes_redeem",
        request=CodeSerializer,
        responses={status.HTTP_201_CREATED: RedeemedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Use a code; a refusal names its reason in ``code``."""
        payload = CodeSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        person = person_behind(request.user)
        used = services.apply_code(shop_of(request), code=payload.validated_data["code"], at=now(), used_by=person)
        return Response(RedeemedSerializer(used).data, status=status.HTTP_201_CREATED)


def shop_of(request: Request) -> Tenant:
    """Return the shop a call is about.

    Raises:
        Http404: the caller belongs to none.
    """
    tenant: Tenant | None = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
    if not tenant:
        raise Http404
    return tenant
