"""The Wildberries desk over the API, to read."""

from config.api import CursorPagination
from config.resources import OwnedReadOnlyViewSet
from marketplace.api import filters, serializers
from marketplace.models import Product, Question, Review, ReviewComplaint, Store


class ByDate(CursorPagination):
    """Latest first, by the date Wildberries gives."""

    ordering = ("-date", "-id")


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


class QuestionViewSet(OwnedReadOnlyViewSet):
    """Questions on product cards."""

    queryset = Question.objects.select_related("store")
    serializer_class = serializers.QuestionSerializer
    filterset_class = filters.QuestionFilter
