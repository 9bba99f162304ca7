"""The reputation of a shop over the API."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace import reports
from marketplace.api.asking import named
from marketplace.models import Product, Store
from marketplace.reports import Scope

LONGEST: Final = 1_100
USUAL: Final = 30


class AskedSerializer(serializers.Serializer[Any]):
    """Which stores, product and days."""

    store = serializers.UUIDField(required=False, help_text="The store's uuid; else all stores.")
    product = serializers.UUIDField(required=False, help_text="The product's uuid; else all products.")
    first = serializers.DateField(required=False, help_text="The first day; thirty days before the last one.")
    last = serializers.DateField(required=False, help_text="The last day; today.")
    target = serializers.DecimalField(3, 2, required=False, default=Decimal("4.7"), min_value=1, max_value=5)

    def validate(self, told: dict[str, Any]) -> dict[str, Any]:
        """Refuse days in the wrong order, and too many."""
        last: date = told.setdefault("last", localdate())
        first: date = told.setdefault("first", last - timedelta(days=USUAL - 1))
        if not 0 <= (last - first).days < LONGEST:
            raise serializers.ValidationError({"first": f"Not after the last day, and at most {LONGEST} days."})
        return told


class StarsSerializer(serializers.Serializer[Any]):
    """How many reviews there were with each number of stars, from one to five."""

    counts = serializers.ListField(child=serializers.IntegerField())
    count = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)
    negative = serializers.FloatField(allow_null=True, help_text="Three stars and fewer, in percent.")
    answered_share = serializers.FloatField(allow_null=True, help_text="In percent.")
    answer_hours = serializers.FloatField(allow_null=True)


class PointSerializer(serializers.Serializer[Any]):
    """A step of the trend."""

    day = serializers.DateField()
    count = serializers.IntegerField()
    negative = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)
    rating = serializers.FloatField(allow_null=True)


class TopicSerializer(serializers.Serializer[Any]):
    """What bad reviews of a product named."""

    product = serializers.UUIDField(source="product.uuid")
    topic = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer, not of this class
    is_defect = serializers.BooleanField()
    count = serializers.IntegerField()
    first = serializers.DateField(help_text="The day it first came up.")
    is_new = serializers.BooleanField()


class RatedProductSerializer(serializers.Serializer[Any]):
    """A product with bad reviews, and what would lift it."""

    product = serializers.UUIDField(source="product.uuid")
    period = StarsSerializer()
    standing = StarsSerializer()
    needed = serializers.IntegerField(allow_null=True, help_text="Five-star reviews to reach the target.")
    gain = serializers.FloatField(allow_null=True, help_text="What leaving out its worst review would bring.")


class FiledByReasonSerializer(serializers.Serializer[Any]):
    """Complaints of one reason."""

    reason_id = serializers.IntegerField()
    sent = serializers.IntegerField()
    approved = serializers.IntegerField()
    rejected = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)


class RemindedSerializer(serializers.Serializer[Any]):
    """Chats reminded by one template."""

    name = serializers.CharField(allow_null=True)
    started = serializers.IntegerField()
    running = serializers.IntegerField()
    replied = serializers.IntegerField()
    sent = serializers.IntegerField()
    rate = serializers.FloatField()


class CostSerializer(serializers.Serializer[Any]):
    """What models cost for one kind of work."""

    action = serializers.CharField()
    calls = serializers.IntegerField()
    results = serializers.IntegerField()
    price = serializers.DecimalField(18, 6, allow_null=True, help_text="Roubles.")
    price_each = serializers.DecimalField(18, 6, allow_null=True, help_text="Roubles per result.")
    cost = serializers.DecimalField(18, 6, allow_null=True, help_text="Dollars.")
    each = serializers.DecimalField(18, 6, allow_null=True, help_text="Dollars per result.")


class ReputationSerializer(serializers.Serializer[Any]):
    """A shop's reputation in a period."""

    first = serializers.DateField()
    last = serializers.DateField()
    standing = StarsSerializer(help_text="Of all time: what the rating is made of.")
    period = StarsSerializer()
    before = StarsSerializer(help_text="The period of the same length before.")
    needed = serializers.IntegerField(allow_null=True, help_text="Five-star reviews to reach the target.")
    trend = PointSerializer(many=True)
    products = RatedProductSerializer(many=True)
    topics = TopicSerializer(many=True)
    complaints = FiledByReasonSerializer(many=True)
    reminders = RemindedSerializer(many=True)
    costs = CostSerializer(many=True)


class ReputationView(APIView):
    """The reputation of the current tenant's stores."""

    @extend_schema(parameters=[AskedSerializer], responses=ReputationSerializer)
    def get(self, request: Request) -> Response:
        """Return how the rating goes, what bad reviews are about, and what the work on it brings."""
        payload = AskedSerializer(data=request.query_params)
        payload.is_valid(raise_exception=True)
        told = payload.validated_data
        scope = _scope(told, request)
        standing = reports.standing(scope)
        found = {
            "first": scope.first,
            "last": scope.last,
            "standing": standing,
            "period": reports.summary(scope),
            "before": reports.summary(scope.before()),
            "needed": reports.needed(standing, told["target"]),
            "trend": reports.trend(scope),
            "products": reports.products(scope, target=told["target"]),
            "topics": reports.topics(scope),
            "complaints": reports.complaints(scope),
            "reminders": reports.sequences(scope),
            "costs": reports.costs(scope),
        }
        return Response(ReputationSerializer(found).data)


def _scope(told: dict[str, Any], request: Request) -> Scope:
    caller: Any = request
    store = named(Store.objects.all(), told["store"], request) if "store" in told else None
    product = named(Product.objects.all(), told["product"], request) if "product" in told else None
    return Scope(tenant=caller.tenant, first=told["first"], last=told["last"], store=store, product=product)
