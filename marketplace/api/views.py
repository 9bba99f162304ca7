"""The Wildberries desk over the API, to read."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.api import CursorPagination
from config.resources import OwnedReadOnlyViewSet
from marketplace.api import filters, serializers
from marketplace.models import Chat, Product, Question, Review, ReviewComplaint, Store


class ByDate(CursorPagination):
    """Latest first, by the date Wildberries gives."""

    ordering = ("-date", "-id")


class BySentAt(CursorPagination):
    """Messages in the order they were sent."""

    ordering = ("sent_at", "id")


class StoreViewSet(OwnedReadOnlyViewSet):
    """Seller accounts on Wildberries."""

    queryset = Store.objects.all()
    serializer_class = serializers.StoreSerializer
    filterset_fields = ("status",)


class ProductViewSet(OwnedReadOnlyViewSet):
    """Cards of the catalogue."""

    queryset = Product.objects.select_related("store")
    serializer_class = serializers.ProductSerializer
    filterset_class = filters.ProductFilter


class ReviewViewSet(OwnedReadOnlyViewSet):
    """Reviews, latest first."""

    queryset = Review.objects.select_related("store", "product")
    serializer_class = serializers.ReviewSerializer
    filterset_class = filters.ReviewFilter
    pagination_class = ByDate


class ComplaintViewSet(OwnedReadOnlyViewSet):
    """Complaints about reviews."""

    queryset = ReviewComplaint.objects.select_related("store", "product", "review")
    serializer_class = serializers.ComplaintSerializer
    filterset_class = filters.ComplaintFilter


class ChatViewSet(OwnedReadOnlyViewSet):
    """Conversations with buyers."""

    queryset = Chat.objects.select_related("store")
    serializer_class = serializers.ChatSerializer
    filterset_class = filters.ChatFilter

    @extend_schema(responses=serializers.ChatMessageSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=BySentAt, filterset_class=None)
    def messages(self, request: Request, uuid: UUID) -> Response:
        """List what was said, in order."""
        page = self.paginate_queryset(self.get_object().messages.all())
        return self.get_paginated_response(serializers.ChatMessageSerializer(page, many=True).data)


class QuestionViewSet(OwnedReadOnlyViewSet):
    """Questions on product cards."""

    queryset = Question.objects.select_related("store")
    serializer_class = serializers.QuestionSerializer
    filterset_class = filters.QuestionFilter
