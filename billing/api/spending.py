"""Usage, limits and invitations over the API."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import letters
from accounts.enums import Role
from accounts.models import Tenant, person_behind
from billing import reports, services
from billing.api.serializers import (
    InvitationSerializer,
    RewardSerializer,
    SpendCapsSerializer,
    UsageQuerySerializer,
    UsageSerializer,
)
from billing.api.views import shop_of
from billing.models import ReferralReward
from billing.ports import assistants_of


class UsageView(APIView):
    """What services cost by day, service, assistant and channel."""

    @extend_schema(operation_id="usage_retrieve", parameters=[UsageQuerySerializer], responses=UsageSerializer)
    def get(self, request: Request) -> Response:
        """Return the last days, today included."""
        query = UsageQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        shop = shop_of(request)
        usage = reports.usage_of(shop, days=int(query.validated_data["days"]), at=now())
        known = {str(key): str(named.uuid) for key, named in assistants_of(shop).items()}
        assistants = [replace(line, key=known.get(line.key, "")) for line in usage.assistants]
        return Response(UsageSerializer(replace(usage, assistants=assistants)).data)


class SpendCapsView(APIView):
    """The limits a shop sets itself; reached, they pause the assistant and nobody else."""

    write_role = Role.ADMIN

    @extend_schema(operation_id="spend_caps_retrieve", responses=SpendCapsSerializer)
    def get(self, request: Request) -> Response:
        """Return the limits and what is spent of them."""
        return Response(_caps(shop_of(request)))

    @extend_schema(operation_id="spend_caps_update", request=SpendCapsSerializer, responses=SpendCapsSerializer)
    def put(self, request: Request) -> Response:
        """Set both limits; one that is left out or null is lifted."""
        payload, shop = SpendCapsSerializer(data=request.data), shop_of(request)
        payload.is_valid(raise_exception=True)
        services.set_caps(
            shop,
            per_day=payload.validated_data.get("per_day"),
            per_month=payload.validated_data.get("per_month"),
            at=now(),
            by=person_behind(request.user),
        )
        return Response(_caps(shop))


class InvitationView(APIView):
    """The shop's own invitation."""

    read_role = Role.ADMIN

    @extend_schema(operation_id="invitation_retrieve", responses=InvitationSerializer)
    def get(self, request: Request) -> Response:
        """Return the link, how far its guests came, and what that earned."""
        shop = shop_of(request)
        code = services.referral_code_of(shop)
        funnel = reports.funnel_of(shop, code)
        link = letters.absolute(reverse("invitation_link", args=[code.code]))
        facts = {name: getattr(funnel, name) for name in ("clicks", "signed_up", "paying", "held", "paid")}
        return Response(InvitationSerializer({"code": code.code, "link": link, **facts}).data)


class RewardViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[ReferralReward]):
    """Rewards for top-ups of invited shops, newest first."""

    queryset = ReferralReward.objects.none()
    serializer_class = RewardSerializer
    filterset_fields = ("status",)
    read_role = Role.ADMIN

    def get_queryset(self) -> QuerySet[ReferralReward]:
        """Return the rewards of the current shop."""
        rewards = ReferralReward.objects.visible_to(self.request.user).of(shop_of(self.request))
        return rewards.select_related("referral__referred_tenant")


def _caps(shop: Tenant) -> dict[str, Any]:
    day, month = services.periods_of(shop, at=now())
    facts = {"per_day": day.cap, "per_month": month.cap, "spent_today": day.spent, "spent_this_month": month.spent}
    return dict(SpendCapsSerializer(facts).data)
