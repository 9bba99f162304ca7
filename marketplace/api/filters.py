"""What lists of the Wildberries desk can be narrowed to; every filter is served by an index."""

from django_filters.filters import IsoDateTimeFilter, NumberFilter, UUIDFilter
from django_filters.rest_framework.filters import BooleanFilter
from django_filters.rest_framework.filterset import FilterSet

from marketplace.models import Chat, Product, Question, Review, ReviewComplaint


class OfStoreFilter(FilterSet):
    """Rows of one store."""

    store = UUIDFilter(field_name="store__uuid", label="The store's uuid.")


class ProductFilter(OfStoreFilter):
    """Products."""

    class Meta:
        model = Product
        fields = ("store", "wb_product_id", "work_status", "is_active")


class ReviewFilter(OfStoreFilter):
    """Reviews."""

    product = UUIDFilter(field_name="product__uuid", label="The product's uuid.")
    rating_max = NumberFilter(field_name="rating", lookup_expr="lte", label="At most so many stars.")
    has_answer = BooleanFilter(label="Whether the seller has answered.")
    date_from = IsoDateTimeFilter(field_name="date", lookup_expr="gte", label="Not before.")
    date_to = IsoDateTimeFilter(field_name="date", lookup_expr="lt", label="Before.")

    class Meta:
        model = Review
        fields = (
            "store", "product", "rating", "rating_max", "has_answer", "complaint_status", "review_status_wb",
            "date_from", "date_to",
        )  # fmt: skip


class ComplaintFilter(OfStoreFilter):
    """Complaints."""

    review = UUIDFilter(field_name="review__uuid", label="The review's uuid.")

    class Meta:
        model = ReviewComplaint
        fields = ("store", "review", "status", "reason_id")


class ChatFilter(OfStoreFilter):
    """Chats."""

    class Meta:
        model = Chat
        fields = ("store", "status", "stage", "tag", "product_nm_id")


class QuestionFilter(OfStoreFilter):
    """Questions."""

    class Meta:
        model = Question
        fields = ("store", "is_answered", "state", "product_nm_id")
