"""Rules over the API: of one product, of a store, of many products at once."""

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.resources import public_id
from marketplace.api import views
from marketplace.api.asking import asked, person_of
from marketplace.api.serializers import StoreSerializer
from marketplace.enums import WorkStatus
from marketplace.models import Product, ProductRule, StoreRule
from marketplace.services import rules

MOST: Final = 5_000


class RuleSerializer(serializers.ModelSerializer[ProductRule]):
    """Which reviews lead to a complaint or a conversation."""

    class Meta:
        model = ProductRule
        fields = rules.RULE_FIELDS


class ProductRuleSerializer(RuleSerializer):
    """A product's own rule."""

    product = public_id("The product's uuid.")

    class Meta(RuleSerializer.Meta):
        fields = ("product", *rules.RULE_FIELDS, "updated_at")
        read_only_fields = ("updated_at",)


class EffectiveRuleSerializer(serializers.Serializer[Any]):
    """What a product is worked by: its own rule, its store's, or none."""

    is_own = serializers.BooleanField()
    rule = RuleSerializer(allow_null=True)


class BulkRuleSerializer(serializers.Serializer[Any]):
    """What to change for many products; what is left out stays."""

    products = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST)
    changes = RuleSerializer(required=False, help_text="New values of the rule.")
    work_status = serializers.ChoiceField(WorkStatus.choices, required=False)
    is_active = serializers.BooleanField(required=False)
    drop = serializers.BooleanField(required=False, default=False, help_text="Give them back to their store's rule.")


class ChangedSerializer(serializers.Serializer[Any]):
    """How many products were changed."""

    changed = serializers.IntegerField()


class ProductViewSet(views.ProductViewSet):
    """Cards of the catalogue, and the rules they are worked by."""

    queryset = Product.objects.select_related("tenant", "store__default_rule", "rule")

    @extend_schema(responses=EffectiveRuleSerializer)
    @action(detail=True)
    def rule(self, request: Request, uuid: UUID) -> Response:
        """Return the rule a product is worked by."""
        return _effective(self.get_object())

    @extend_schema(request=RuleSerializer(partial=True), responses=EffectiveRuleSerializer)
    @rule.mapping.patch
    def change_rule(self, request: Request, uuid: UUID) -> Response:
        """Change a product's own rule; without one it starts as its store's."""
        product = self.get_object()
        rules.set_rules([product], _changes(request.data), by=person_of(request))
        return _effective(self.get_object())

    @extend_schema(request=None, responses={200: EffectiveRuleSerializer})
    @rule.mapping.delete
    def drop_rule(self, request: Request, uuid: UUID) -> Response:
        """Give a product back to its store's rule."""
        rules.drop_rules([self.get_object()], by=person_of(request))
        return _effective(self.get_object())

    @extend_schema(request=BulkRuleSerializer, responses=ChangedSerializer, filters=False)
    @action(detail=False, methods=["post"], url_path="apply-rules", pagination_class=None, filterset_class=None)
    def apply_rules(self, request: Request) -> Response:
        """Change rules and work of many products of the current tenant; unknown ones are left out of the count."""
        told, by = asked(BulkRuleSerializer, request), person_of(request)
        caller: Any = request
        rows: QuerySet[Product] = Product.objects.visible_to(request.user).of(caller.tenant)
        chosen = list(rows.filter(uuid__in=told["products"]).select_related("tenant", "store"))
        if told["drop"]:
            rules.drop_rules(chosen, by=by)
        elif "changes" in told:
            rules.set_rules(chosen, told["changes"], by=by)
        status = WorkStatus(told["work_status"]) if "work_status" in told else None
        if status is not None or "is_active" in told:
            rules.set_work(chosen, by=by, work_status=status, is_active=told.get("is_active"))
        return Response({"changed": len(chosen)})

    @extend_schema(responses=ProductRuleSerializer(many=True), filters=False)
    @action(detail=False, filterset_class=None)
    def rules(self, request: Request) -> Response:
        """List the rules that products have of their own."""
        caller: Any = request
        rows = ProductRule.objects.visible_to(request.user).of(caller.tenant).select_related("product")
        return self.get_paginated_response(ProductRuleSerializer(self.paginate_queryset(rows), many=True).data)


class StoreViewSet(views.StoreViewSet):
    """Seller accounts on Wildberries, and the rules of their products."""

    serializer_class = StoreSerializer

    @extend_schema(responses=EffectiveRuleSerializer)
    @action(detail=True)
    def rule(self, request: Request, uuid: UUID) -> Response:
        """Return the rule of every product of the store that has none of its own."""
        return self._ruled(self.get_object())

    @extend_schema(request=RuleSerializer(partial=True), responses=EffectiveRuleSerializer)
    @rule.mapping.patch
    def change_rule(self, request: Request, uuid: UUID) -> Response:
        """Change the store's rule."""
        store = self.get_object()
        rules.set_default_rule(store, _changes(request.data), by=person_of(request))
        return self._ruled(store)

    def _ruled(self, store: Any) -> Response:
        found = StoreRule.objects.filter(store=store).first()
        return Response(EffectiveRuleSerializer({"is_own": found is not None, "rule": found}).data)


def _effective(product: Product) -> Response:
    found = rules.rule_of(product)
    return Response(EffectiveRuleSerializer({"is_own": isinstance(found, ProductRule), "rule": found}).data)


def _changes(data: Any) -> dict[str, Any]:
    payload = RuleSerializer(data=data, partial=True)
    payload.is_valid(raise_exception=True)
    return dict(payload.validated_data)
