"""What happens to reviews and chats by rule: rules of products and templates of reminders, to read."""

from django_filters.filters import UUIDFilter
from django_filters.rest_framework import BooleanFilter
from django_filters.rest_framework.filterset import FilterSet
from rest_framework import serializers

from config.resources import OwnedReadOnlyViewSet, public_id
from marketplace.models import ProductRule, SequenceTemplate


class ProductRuleSerializer(serializers.ModelSerializer[ProductRule]):
    """Which reviews of a product lead to a complaint or a conversation."""

    product = public_id("The product's uuid.")
    store = public_id("The store's uuid.")

    class Meta:
        model = ProductRule
        fields = (
            "product", "store", "submit_complaints", "complaint_rating_1", "complaint_rating_2", "complaint_rating_3",
            "complaint_rating_4", "complain_when_answered", "work_in_chats", "chat_rating_1", "chat_rating_2",
            "chat_rating_3", "chat_rating_4", "chat_strategy", "offer_compensation", "compensation_type",
            "max_compensation", "compensation_by", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ProductRuleFilter(FilterSet):
    """Which rules to list."""

    store = UUIDFilter(field_name="store__uuid", label="The store's uuid.")
    submit_complaints = BooleanFilter()
    work_in_chats = BooleanFilter()

    class Meta:
        model = ProductRule
        fields = ("store", "submit_complaints", "work_in_chats")


class ProductRuleViewSet(OwnedReadOnlyViewSet):
    """Rules of products, named by their product."""

    queryset = ProductRule.objects.select_related("product", "store")
    serializer_class = ProductRuleSerializer
    filterset_class = ProductRuleFilter
    lookup_field = "product__uuid"
    lookup_url_kwarg = "uuid"


class SequenceTemplateSerializer(serializers.ModelSerializer[SequenceTemplate]):
    """Reminders that follow each other while a buyer is silent."""

    steps = serializers.ListField(child=serializers.JSONField(), read_only=True)

    class Meta:
        model = SequenceTemplate
        fields = (
            "uuid", "name", "steps", "trigger_phrase", "stop_message", "hour_from", "hour_to", "is_active",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class SequenceTemplateViewSet(OwnedReadOnlyViewSet):
    """Templates of reminders."""

    queryset = SequenceTemplate.objects.all()
    serializer_class = SequenceTemplateSerializer
    filterset_fields = ("is_active",)
