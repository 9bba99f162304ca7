"""Accounts' resources."""

from typing import Any, Final

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.timezone import now
from django_filters.filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import services
from accounts.api.serializers import (
    ApiKeySerializer,
    IntegrationChangeSerializer,
    IntegrationSerializer,
    InvitationSerializer,
    MemberSerializer,
    MetricSerializer,
    NewApiKeySerializer,
    PlatformSerializer,
    SyncLogSerializer,
    TenantSerializer,
)
from accounts.enums import AggregationPeriod, Role, SyncStatus
from accounts.models import ApiKey, Integration, Invitation, Membership, Platform, SyncLog, Tenant
from accounts.ports import polled_platforms
from accounts.reports import charts_of
from accounts.services import scheduling
from config.api import CursorPagination


class TenantViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.UpdateModelMixin, viewsets.GenericViewSet[Tenant]
):
    """The caller's shops; name one in the header ``Otklik-Tenant`` to work in it."""

    serializer_class = TenantSerializer
    lookup_field = "uuid"
    http_method_names = ["get", "patch", "head", "options"]
    write_role = Role.ADMIN
    queryset = Tenant.objects.none()

    def get_queryset(self) -> QuerySet[Tenant]:
        """Return the caller's own."""
        return Tenant.objects.visible_to(self.request.user)


class OwnedByCurrentTenant(viewsets.GenericViewSet[Any]):
    """Rows of the current tenant that the caller may see."""

    model: type[Model]
    lookup_field = "uuid"
    write_role = Role.ADMIN

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the caller sees of the current tenant."""
        model: Any = self.model
        rows: QuerySet[Any] = model.objects.visible_to(self.request.user)
        return rows.filter(tenant=self.request.tenant)  # type: ignore[attr-defined]  # ours


class MemberViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, OwnedByCurrentTenant):
    """The team."""

    serializer_class = MemberSerializer
    model = Membership
    queryset = Membership.objects.none()
    lookup_field = "user__uuid"
    lookup_url_kwarg = "uuid"
    http_method_names = ["get", "patch", "delete", "head", "options"]
    people_only = True

    def get_queryset(self) -> QuerySet[Any]:
        """Return the team with its people."""
        return super().get_queryset().select_related("user", "tenant")

    @extend_schema(request=MemberSerializer, responses=MemberSerializer)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change a member's role."""
        membership = self.get_object()
        payload = self.get_serializer(data=request.data)
        payload.is_valid(raise_exception=True)
        role = Role(payload.validated_data.get("role", membership.role))
        services.change_role(membership, role=role, by=request.user)  # type: ignore[arg-type]  # people_only
        return Response(self.get_serializer(membership).data)

    def perform_destroy(self, instance: Membership) -> None:
        """Take the member out of the team."""
        services.remove_member(instance, by=self.request.user)  # type: ignore[arg-type]  # people_only


class InvitationViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.DestroyModelMixin,
    OwnedByCurrentTenant,
):
    """People asked to join."""

    serializer_class = InvitationSerializer
    model = Invitation
    queryset = Invitation.objects.none()
    people_only = True

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Send the invitation."""
        payload = serializer.validated_data
        serializer.instance = services.invite(
            self.request.tenant,  # type: ignore[attr-defined]  # ours
            email=payload["email"],
            role=Role(payload.get("role", Role.OPERATOR)),
            by=self.request.user,  # type: ignore[arg-type]  # people_only
            at=now(),
        )

    def perform_destroy(self, instance: Invitation) -> None:
        """Withdraw the invitation."""
        services.revoke_invitation(instance, by=self.request.user, at=now())  # type: ignore[arg-type]  # people_only


class ApiKeyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, OwnedByCurrentTenant):
    """API keys; the text of one is in the answer that makes it and nowhere else."""

    serializer_class = ApiKeySerializer
    model = ApiKey
    queryset = ApiKey.objects.none()
    people_only = True
    read_role = Role.ADMIN

    @extend_schema(request=ApiKeySerializer, responses={201: NewApiKeySerializer})
    def create(self, request: Request) -> Response:
        """Make a key."""
        payload = self.get_serializer(data=request.data)
        payload.is_valid(raise_exception=True)
        caller: Any = request
        key, secret = services.issue_api_key(caller.tenant, created_by=caller.user, at=now(), **payload.validated_data)
        key.key = secret  # type: ignore[attr-defined]  # for this answer only
        return Response(NewApiKeySerializer(key).data, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: ApiKey) -> None:
        """Revoke the key; its row stays, to be seen."""
        services.revoke_api_key(instance, by=self.request.user, at=now())  # type: ignore[arg-type]  # people_only


class PlatformPages(CursorPagination):
    """In the order of their ids, which are words."""

    ordering = "id"


class PlatformViewSet(viewsets.ReadOnlyModelViewSet[Platform]):
    """Outside systems that can be connected."""

    serializer_class = PlatformSerializer
    queryset = Platform.objects.filter(is_active=True)
    lookup_value_regex = "[a-z_]+"

    pagination_class = PlatformPages


PERIOD: Final = OpenApiParameter("period", enum=AggregationPeriod.values, description="By what: hour, if not said.")


@extend_schema_view(partial_update=extend_schema(request=IntegrationChangeSerializer, responses=IntegrationSerializer))
class IntegrationViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, OwnedByCurrentTenant
):
    """Connections to outside systems."""

    serializer_class = IntegrationSerializer
    model = Integration
    queryset = Integration.objects.none()
    filterset_fields = ("status", "platform")

    def get_queryset(self) -> QuerySet[Any]:
        """Return the connections with their platforms."""
        return super().get_queryset().select_related("platform", "tenant")

    @extend_schema(request=IntegrationSerializer, responses={201: IntegrationSerializer})
    def create(self, request: Request) -> Response:
        """Connect an account, or give a connected one new credentials."""
        payload = self.get_serializer(data=request.data)
        payload.is_valid(raise_exception=True)
        integration = services.connect(request.tenant, by=request.user, **payload.validated_data)  # type: ignore[attr-defined]  # ours
        if integration.platform_id in polled_platforms():
            scheduling.plan(integration, at=now(), every_minutes=1)
        return Response(self.get_serializer(integration).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change name, settings or credentials; credentials are replaced as a whole."""
        integration: Integration = self.get_object()
        payload = IntegrationChangeSerializer(data=request.data, partial=True, context=self.get_serializer_context())
        payload.is_valid(raise_exception=True)
        facts = {"credentials": services.credentials_of(integration), "name": integration.name}
        integration = services.connect(
            integration.tenant,
            platform=integration.platform,
            external_account=integration.external_account,
            **{**facts, **payload.validated_data},
        )
        return Response(self.get_serializer(integration).data)

    @extend_schema(parameters=[PERIOD], responses=MetricSerializer(many=True))
    @action(detail=True, filterset_fields=(), pagination_class=None)
    def metrics(self, request: Request, **kwargs: Any) -> Response:
        """Return what went through a connection: the last hour by minute, day by hour or month by day."""
        integration, asked = self.get_object(), request.query_params.get("period", AggregationPeriod.HOUR)
        if asked not in AggregationPeriod.values:
            raise ValidationError({"period": ["Must be minute, hour or day."]})
        charts = charts_of(integration, period=AggregationPeriod(asked), at=now())
        rows = [
            {"metric": chart.metric, "period_start": bar.at, "value": bar.value}
            for chart in charts
            for bar in chart.bars
            if bar.value
        ]
        return Response(MetricSerializer(rows, many=True).data)

    @extend_schema(request=None, responses={202: None})
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, **kwargs: Any) -> Response:
        """Start the work of a connection anew, also after failures."""
        scheduling.start(self.get_object(), at=now())
        return Response(status=status.HTTP_202_ACCEPTED)

    def perform_destroy(self, instance: Integration) -> None:
        """Disconnect: the credentials are erased, the history stays."""
        services.disconnect(instance, by=self.request.user)


class SyncLogFilter(FilterSet):
    """Which runs to list."""

    integration = UUIDFilter(field_name="integration__uuid")
    status = ChoiceFilter(choices=SyncStatus.choices)

    class Meta:
        model = SyncLog
        fields = ("integration", "status")


class SyncLogViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[SyncLog]):
    """What synchronisations did."""

    serializer_class = SyncLogSerializer
    queryset = SyncLog.objects.none()
    filterset_class = SyncLogFilter

    def get_queryset(self) -> QuerySet[SyncLog]:
        """Return the runs of the current tenant's connections."""
        tenant = self.request.tenant  # type: ignore[attr-defined]  # ours
        if tenant is None:
            raise Http404
        rows = SyncLog.objects.visible_to(self.request.user).filter(integration__tenant=tenant)
        return rows.select_related("integration")
