"""What happened, pushed and polled, over the API."""

from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django_filters.filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import OwnedByCurrentTenant
from accounts.enums import EventType, Role, WebhookStatus
from accounts.models import Event, User, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from accounts.services import endpoints

MOST_EVENTS = 200
LARGEST_SEQ = 2**63 - 1


class WebhookEndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """An address that is told what happens; no kinds of events means all of them."""

    url = serializers.URLField(max_length=2048)
    event_types = serializers.ListField(child=serializers.ChoiceField(EventType.choices), required=False)

    class Meta:
        model = WebhookEndpoint
        fields = (
            "uuid", "url", "description", "event_types", "is_active", "switched_off", "failing_since", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = ("uuid", "switched_off", "failing_since", "created_at", "updated_at")
        extra_kwargs = {"is_active": {"required": False}}


class NewWebhookEndpointSerializer(WebhookEndpointSerializer):
    """An address with the secret that signs, which is shown this once."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookEndpointSerializer.Meta):
        fields = (*WebhookEndpointSerializer.Meta.fields, "secret")  # type: ignore[assignment]  # one field more


class WebhookAttemptSerializer(serializers.ModelSerializer[WebhookAttempt]):
    """One request to an address; without an end its worker died."""

    class Meta:
        model = WebhookAttempt
        fields = (
            "number", "started_at", "finished_at", "milliseconds", "response_status", "response_body", "trouble",
        )  # fmt: skip
        read_only_fields = fields


class EventSerializer(serializers.ModelSerializer[Event]):
    """A fact about the shop."""

    id = serializers.UUIDField(source="uuid", read_only=True)

    class Meta:
        model = Event
        fields = ("id", "seq", "type", "created_at", "data")
        read_only_fields = fields


class WebhookDeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event on its way to one address."""

    endpoint: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="uuid", read_only=True)
    event = EventSerializer(read_only=True)
    attempts = WebhookAttemptSerializer(many=True, read_only=True)

    class Meta:
        model = WebhookDelivery
        fields = (
            "uuid", "endpoint", "event", "status", "is_replay", "attempt_count", "next_attempt_at", "finished_at",
            "attempts", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class EventPageSerializer(serializers.Serializer[Any]):
    """Events in their order, and the number to ask with next time."""

    results = EventSerializer(many=True)
    after = serializers.IntegerField(help_text="Ask with this number next time.")
    has_more = serializers.BooleanField(help_text="There are more already.")


class EventQuerySerializer(serializers.Serializer[Any]):
    """From where on, how many, of which kind."""

    after = serializers.IntegerField(default=0, min_value=0, max_value=LARGEST_SEQ)
    limit = serializers.IntegerField(default=50, min_value=1, max_value=MOST_EVENTS)
    type = serializers.ChoiceField(EventType.choices, required=False)


class WebhookEndpointViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, OwnedByCurrentTenant
):
    """Addresses of the shop's own programs."""

    serializer_class = WebhookEndpointSerializer
    model = WebhookEndpoint
    queryset = WebhookEndpoint.objects.none()
    read_role = Role.ADMIN
    filterset_fields = ("is_active",)

    @extend_schema(request=WebhookEndpointSerializer, responses={201: NewWebhookEndpointSerializer})
    def create(self, request: Request) -> Response:
        """Add an address; the secret that signs is in this answer and nowhere else."""
        payload = WebhookEndpointSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        caller: Any = request
        person = request.user if isinstance(request.user, User) else None
        facts = {**payload.validated_data}
        is_active = facts.pop("is_active", True)
        endpoint, secret = endpoints.add_endpoint(caller.tenant, created_by=person, **facts)
        if not is_active:
            endpoints.switch_off(endpoint)
        endpoint.refresh_from_db()
        return _with_secret(endpoint, secret, status.HTTP_201_CREATED)

    @extend_schema(request=WebhookEndpointSerializer, responses=WebhookEndpointSerializer)
    def partial_update(self, request: Request, uuid: str) -> Response:
        """Change an address, or switch it on and off."""
        endpoint: WebhookEndpoint = self.get_object()
        payload = WebhookEndpointSerializer(endpoint, data=request.data, partial=True)
        payload.is_valid(raise_exception=True)
        facts = {**payload.validated_data}
        is_active = facts.pop("is_active", endpoint.is_active)
        endpoints.change_endpoint(endpoint, **facts)
        if is_active and not endpoint.is_active:
            endpoints.switch_on(endpoint, at=now())
        elif endpoint.is_active and not is_active:
            endpoints.switch_off(endpoint)
        endpoint.refresh_from_db()
        return Response(WebhookEndpointSerializer(endpoint).data)

    @extend_schema(request=None, responses=NewWebhookEndpointSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, uuid: str) -> Response:
        """Make a new secret; for a day the former one signs as well."""
        endpoint: WebhookEndpoint = self.get_object()
        secret = endpoints.rotate_secret(endpoint, at=now())
        endpoint.refresh_from_db()
        return _with_secret(endpoint, secret, status.HTTP_200_OK)

    @extend_schema(request=None, responses={202: WebhookDeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, uuid: str) -> Response:
        """Send an event that means nothing."""
        delivery = endpoints.send_test(self.get_object(), at=now())
        return Response(WebhookDeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class WebhookDeliveryFilter(FilterSet):
    """Which deliveries to list."""

    endpoint = UUIDFilter(field_name="endpoint__uuid", label="The address's uuid.")
    status = ChoiceFilter(choices=WebhookStatus.choices)

    class Meta:
        model = WebhookDelivery
        fields = ("endpoint", "status")


class WebhookDeliveryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, OwnedByCurrentTenant):
    """What was sent where, and what was answered."""

    serializer_class = WebhookDeliverySerializer
    model = WebhookDelivery
    queryset = WebhookDelivery.objects.none()
    read_role = Role.ADMIN
    filterset_class = WebhookDeliveryFilter

    def get_queryset(self) -> QuerySet[Any]:
        """Return deliveries with their events and attempts."""
        rows = super().get_queryset().select_related("endpoint", "event", "tenant")
        return rows.prefetch_related("attempts")

    @extend_schema(request=None, responses={202: WebhookDeliverySerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, uuid: str) -> Response:
        """Send the event again, as a new delivery."""
        delivery = endpoints.replay(self.get_object(), at=now())
        return Response(WebhookDeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


class EventViewSet(viewsets.GenericViewSet[Event]):
    """What happened in the shop, in order; kept for thirty days."""

    serializer_class = EventSerializer
    queryset = Event.objects.none()
    pagination_class = None
    filter_backends = ()

    @extend_schema(parameters=[EventQuerySerializer], responses=EventPageSerializer)
    def list(self, request: Request) -> Response:
        """Return what came after a number; a gap-free order makes polling safe."""
        query = EventQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted, caller = query.validated_data, request
        tenant = caller.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
        rows = Event.objects.visible_to(request.user).filter(tenant=tenant).after(wanted["after"])
        if "type" in wanted:
            rows = rows.filter(type=wanted["type"])
        found = list(rows[: wanted["limit"] + 1])
        shown = found[: wanted["limit"]]
        after = shown[-1].seq if shown else wanted["after"]
        page = {"results": shown, "after": after, "has_more": len(found) > len(shown)}
        return Response(EventPageSerializer(page).data)


def _with_secret(endpoint: WebhookEndpoint, secret: str, code: int) -> Response:
    endpoint.secret = secret  # type: ignore[attr-defined]  # for this answer only
    return Response(NewWebhookEndpointSerializer(endpoint).data, status=code)
