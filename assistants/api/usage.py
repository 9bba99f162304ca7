"""What models did and cost, over the API."""

from typing import Any

from django.http import Http404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assistants.reports import PERIODS, usage_of


class UsageQuerySerializer(serializers.Serializer[Any]):
    """For how many days, today included."""

    days = serializers.ChoiceField([(period, str(period)) for period in PERIODS], default=30)


class ModelUsageDaySerializer(serializers.Serializer[Any]):
    """One day of the shop's own calendar."""

    on = serializers.DateField()
    calls = serializers.IntegerField()
    tokens = serializers.IntegerField()
    roubles = serializers.DecimalField(max_digits=24, decimal_places=9)


class UsageFiguresSerializer(serializers.Serializer[Any]):
    """Calls of models added up; costs are what the providers ask."""

    calls = serializers.IntegerField()
    failures = serializers.IntegerField()
    prompt = serializers.IntegerField(help_text="Tokens in.")
    cached = serializers.IntegerField(help_text="Of those, read from the provider's cache.")
    completion = serializers.IntegerField(help_text="Tokens out.")
    roubles = serializers.DecimalField(max_digits=24, decimal_places=9)
    seconds = serializers.FloatField(allow_null=True, help_text="Of a successful call, on average.")


class UsageOfModelSerializer(UsageFiguresSerializer):
    """Calls of one model."""

    provider = serializers.CharField()
    model = serializers.CharField(source="model_used")
    request_type = serializers.CharField()


class UsageOfAssistantSerializer(UsageFiguresSerializer):
    """Calls for one assistant; without one they were for the shop."""

    assistant = serializers.UUIDField(source="assistant__uuid", allow_null=True)
    name = serializers.CharField(source="assistant__name", allow_null=True)


class ModelUsageSerializer(serializers.Serializer[Any]):
    """What the shop's models did."""

    total = UsageFiguresSerializer()
    days = ModelUsageDaySerializer(many=True)
    by_model = UsageOfModelSerializer(many=True)
    by_assistant = UsageOfAssistantSerializer(many=True)


class UsageView(APIView):
    """What models did and cost."""

    @extend_schema(
        operation_id="model_usage_retrieve", parameters=[UsageQuerySerializer], responses=ModelUsageSerializer
    )
    def get(self, request: Request) -> Response:
        """Return calls, tokens and costs of the last days."""
        query = UsageQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        tenant = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
        if not tenant:
            raise Http404
        return Response(ModelUsageSerializer(usage_of(tenant, days=int(query.validated_data["days"]), at=now())).data)
