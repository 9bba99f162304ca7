"""What the browser extension may do, and nothing else may: upload what it read, file what people checked."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Scope
from accounts.models import ApiKey, ApiKeyPrincipal
from config.api import CursorPagination
from config.resources import OwnedReadOnlyViewSet, public_id
from marketplace.api.asking import named, person_of
from marketplace.api.filters import OfStoreFilter
from marketplace.complaint_enums import SentVia
from marketplace.enums import ComplaintStatus
from marketplace.models import ExtensionUpload, ExtensionUploadProblem, ReviewComplaint, Store
from marketplace.models.extension import MAX_ROWS
from marketplace.services import complaints, extension


class InOrder(CursorPagination):
    """In the order of the rows."""

    ordering = ("row", "id")


class OldestReady(CursorPagination):
    """What was checked first comes first."""

    ordering = ("ready_at", "id")


class UploadSerializer(serializers.ModelSerializer[ExtensionUpload]):
    """What became of a chunk of rows."""

    store = public_id("The store's uuid.")

    class Meta:
        model = ExtensionUpload
        fields = (
            "uuid", "store", "batch", "chunk", "total", "changed", "unchanged", "with_problems", "duration_ms",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields


class UploadProblemSerializer(serializers.ModelSerializer[ExtensionUploadProblem]):
    """A row that was not applied, as it came."""

    class Meta:
        model = ExtensionUploadProblem
        fields = ("row", "problem", "detail", "payload")
        read_only_fields = fields


class NewUploadSerializer(serializers.Serializer[Any]):
    """A chunk of parsed rows.

    A row names its review by `review` (the id on Wildberries) or by what the
    portal shows: `nm_id`, `date`, `rating` and `author` or `text`. What is known
    goes beside it: `review_status_wb`, `product_status_by_review`,
    `chat_status_by_review`, `complaint_status` (`pending`, `approved`,
    `rejected`), `wb_response`, `moderated_at`, `page_number`, `purchase_date`,
    `chat` (the id of the buyer's chat that the portal opens at the review), `parsed_at`.
    """

    store = serializers.UUIDField(help_text="The store's uuid.")
    batch = serializers.CharField(max_length=64, help_text="Your name for the whole upload.")
    chunk = serializers.IntegerField(min_value=1, max_value=1_000_000, default=1, help_text="Its part, from 1.")
    rows = serializers.ListField(child=serializers.JSONField(), help_text=f"At most {MAX_ROWS} rows.")


class ToFileSerializer(serializers.ModelSerializer[ReviewComplaint]):
    """A complaint that a person has checked, and where in the portal it belongs."""

    store = public_id("The store's uuid.")
    wb_id = serializers.CharField(source="review.wb_id", read_only=True)
    nm_id = serializers.IntegerField(source="product.wb_product_id", read_only=True)
    author = serializers.CharField(source="review.author", read_only=True)
    page_number = serializers.IntegerField(source="review.page_number", read_only=True, allow_null=True)

    class Meta:
        model = ReviewComplaint
        fields = (
            "uuid", "store", "wb_id", "nm_id", "author", "review_rating", "review_text", "review_date", "page_number",
            "reason_id", "reason_name", "complaint_text", "ready_at",
        )  # fmt: skip
        read_only_fields = fields


class SentSerializer(serializers.Serializer[Any]):
    """That a complaint was filed."""

    proof = serializers.CharField(max_length=1_000, required=False, default="", allow_blank=True)


class FiledSerializer(serializers.ModelSerializer[ReviewComplaint]):
    """A complaint as it was filed."""

    class Meta:
        model = ReviewComplaint
        fields = ("uuid", "status", "sent_at", "sent_via", "proof")
        read_only_fields = fields


class ExtensionUploadViewSet(OwnedReadOnlyViewSet):
    """Uploads of parsed rows and their reports."""

    queryset = ExtensionUpload.objects.select_related("store")
    serializer_class = UploadSerializer
    filterset_fields = ("batch",)
    only_scope: ClassVar[Scope] = Scope.EXTENSION

    @extend_schema(request=NewUploadSerializer, responses={200: UploadSerializer, 201: UploadSerializer})
    def create(self, request: Request) -> Response:
        """Merge a chunk of parsed rows; its repeat gets the first report with 200."""
        payload = NewUploadSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        facts = payload.validated_data
        store = named(Store.objects.all(), facts["store"], request)
        report, is_new = extension.upload(
            store, batch=facts["batch"], chunk=facts["chunk"], rows=facts["rows"], key=_key(request), at=now()
        )
        report.refresh_from_db()
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(UploadSerializer(report).data, status=code)

    @extend_schema(responses=UploadProblemSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=InOrder, filterset_fields=None)
    def problems(self, request: Request, uuid: UUID) -> Response:
        """List the rows that were not applied, in order."""
        page = self.paginate_queryset(self.get_object().problems.all())
        return self.get_paginated_response(UploadProblemSerializer(page, many=True).data)


class ExtensionComplaintViewSet(OwnedReadOnlyViewSet):
    """Complaints to file in the portal: drafts that a person has checked."""

    queryset = ReviewComplaint.objects.filter(ready_at__isnull=False).select_related("store", "review", "product")
    serializer_class = ToFileSerializer
    filterset_class = OfStoreFilter
    pagination_class = OldestReady
    only_scope: ClassVar[Scope] = Scope.EXTENSION

    def get_queryset(self) -> Any:
        """Return the queue; one that was filed is still found by its uuid, so that a repeat is told so."""
        found = super().get_queryset()
        return found.filter(status=ComplaintStatus.DRAFT) if self.action == "list" else found

    @extend_schema(request=SentSerializer, responses=FiledSerializer)
    @action(detail=True, methods=["post"], filterset_class=None)
    def sent(self, request: Request, uuid: UUID) -> Response:
        """Mark a complaint as filed; it is frozen from then on."""
        complaint = self.get_object()
        payload = SentSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        complaints.mark_as_sent(
            complaint, by=person_of(request), at=now(), via=SentVia.EXTENSION, proof=payload.validated_data["proof"]
        )
        return Response(FiledSerializer(complaint).data)


def _key(request: Request) -> ApiKey | None:
    return request.user.key if isinstance(request.user, ApiKeyPrincipal) else None
