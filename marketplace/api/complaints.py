"""Complaints over the API: what is worth one, drafts, filing by hand, outcomes and what they brought."""

from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.api import views
from marketplace.api.asking import asked, named, person_of
from marketplace.api.serializers import ComplaintSerializer
from marketplace.enums import ComplaintReason, ComplaintStatus
from marketplace.models import Review, ReviewComplaint, Store
from marketplace.models.complaints import TEXT_LIMIT
from marketplace.services import complaint_stats, complaints, outcomes

DECIDED: Final = [
    (status.value, status.label)
    for status in (ComplaintStatus.PENDING, ComplaintStatus.APPROVED, ComplaintStatus.REJECTED)
]
LONGEST_PERIOD: Final = 3_650


class NewComplaintSerializer(serializers.Serializer[Any]):
    """Which review to complain about."""

    review = serializers.UUIDField(help_text="The review's uuid.")


class ComplaintWordsSerializer(serializers.Serializer[Any]):
    """The words of a draft; what is left out stays."""

    text = serializers.CharField(required=False, max_length=TEXT_LIMIT)
    reason_id = serializers.ChoiceField(ComplaintReason.choices, required=False)
    evidence = serializers.ListField(
        child=serializers.CharField(max_length=TEXT_LIMIT),
        required=False,
        max_length=10,
        help_text="Quotes from the review, letter by letter.",
    )


class ReadySerializer(serializers.Serializer[Any]):
    """Whether a person has checked the draft."""

    is_ready = serializers.BooleanField()


class FiledBySerializer(serializers.Serializer[Any]):
    """That a complaint was filed by hand."""

    proof = serializers.CharField(max_length=TEXT_LIMIT, required=False, default="", allow_blank=True)


class OutcomeSerializer(serializers.Serializer[Any]):
    """How Wildberries took a complaint."""

    status = serializers.ChoiceField(DECIDED)
    wb_response = serializers.CharField(max_length=2_000, required=False, default="", allow_blank=True)


class EstimateSerializer(serializers.Serializer[Any]):
    """The chance to win, and what it was reckoned from."""

    chance = serializers.FloatField(help_text="Between 0 and 1.")
    is_worth_filing = serializers.BooleanField()
    own_won = serializers.IntegerField()
    own_decided = serializers.IntegerField()
    pooled_won = serializers.IntegerField()
    pooled_decided = serializers.IntegerField()


class CandidateSerializer(serializers.Serializer[Any]):
    """A review that qualifies and what speaks for a complaint about it."""

    review = serializers.UUIDField(source="review.uuid")
    product = serializers.UUIDField(source="review.product.uuid")
    rating = serializers.IntegerField(source="review.rating")
    date = serializers.DateTimeField(source="review.date")
    reason_id = serializers.IntegerField(source="ground.reason", default=None, allow_null=True)
    quotes = serializers.ListField(child=serializers.CharField(), source="ground.quotes", default=list)
    estimate = EstimateSerializer()
    effect = serializers.FloatField(help_text="By how much the product's mean rating would rise.")


class OutcomesFileSerializer(serializers.Serializer[Any]):
    """A CSV of outcomes with the columns `review`, `status` and perhaps `decided_at`, `answer`."""

    store = serializers.UUIDField(help_text="The store's uuid.")
    file = serializers.FileField()
    is_dry_run = serializers.BooleanField(default=True, help_text="Only say what would happen.")


class OutcomeLineSerializer(serializers.Serializer[Any]):
    """What became, or would become, of one line of the file."""

    number = serializers.IntegerField()
    review = serializers.CharField()
    status = serializers.CharField()
    is_applied = serializers.BooleanField()
    told = serializers.CharField()


class StatLineSerializer(serializers.Serializer[Any]):
    """What complaints of one reason, product or month brought."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer, not of this class
    filed = serializers.IntegerField()
    decided = serializers.IntegerField()
    approved = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text="Share of the decided ones that won.")
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="Its 95 % confidence interval."
    )
    days = serializers.FloatField(allow_null=True, help_text="Days to the decision, on average.")
    price_per_win = serializers.DecimalField(18, 6, allow_null=True, help_text="Roubles.")
    cost_per_win = serializers.DecimalField(18, 6, allow_null=True, help_text="Dollars of the model.")


class ComplaintStatsSerializer(serializers.Serializer[Any]):
    """What filed complaints brought."""

    total = StatLineSerializer()
    by_reason = StatLineSerializer(many=True)
    by_product = StatLineSerializer(many=True)
    by_month = StatLineSerializer(many=True)


class PeriodSerializer(serializers.Serializer[Any]):
    """How far back to look."""

    days = serializers.IntegerField(min_value=1, max_value=LONGEST_PERIOD, required=False)


class ComplaintViewSet(views.ComplaintViewSet):
    """Complaints about reviews: editable while drafts, frozen once sent."""

    @extend_schema(request=NewComplaintSerializer, responses={201: ComplaintSerializer})
    def create(self, request: Request) -> Response:
        """Have the one complaint of a review drafted."""
        review = named(Review.objects.all(), asked(NewComplaintSerializer, request)["review"], request)
        made = complaints.draft(review, by=person_of(request), at=now())
        return Response(ComplaintSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ComplaintWordsSerializer, responses=ComplaintSerializer)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change a draft; it must be checked again before the extension may file it."""
        found, words = self.get_object(), asked(ComplaintWordsSerializer, request)
        complaints.edit(
            found,
            text=words.get("text", found.complaint_text),
            reason=ComplaintReason(words.get("reason_id", found.reason_id)),
            evidence=words.get("evidence", found.evidence),
            by=person_of(request),
        )
        return Response(ComplaintSerializer(found).data)

    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Throw a draft away."""
        complaints.discard(self.get_object(), by=person_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ComplaintSerializer)
    @action(detail=True, methods=["post"])
    def regenerate(self, request: Request, uuid: UUID) -> Response:
        """Have a draft written again."""
        found = self.get_object()
        return self._shown(complaints.regenerate(found, by=person_of(request), at=now()))

    @extend_schema(request=ReadySerializer, responses=ComplaintSerializer)
    @action(detail=True, methods=["post"])
    def ready(self, request: Request, uuid: UUID) -> Response:
        """Put a checked draft into the extension's queue, or take it out."""
        found, is_ready = self.get_object(), asked(ReadySerializer, request)["is_ready"]
        complaints.mark_ready(found, is_ready=is_ready, by=person_of(request), at=now())
        return self._shown(found)

    @extend_schema(request=FiledBySerializer, responses=ComplaintSerializer)
    @action(detail=True, methods=["post"])
    def sent(self, request: Request, uuid: UUID) -> Response:
        """Mark a complaint as filed in the portal; it is frozen from then on."""
        found, proof = self.get_object(), asked(FiledBySerializer, request)["proof"]
        complaints.mark_as_sent(found, by=person_of(request), at=now(), proof=proof)
        return self._shown(found)

    @extend_schema(request=OutcomeSerializer, responses=ComplaintSerializer)
    @action(detail=True, methods=["post"])
    def outcome(self, request: Request, uuid: UUID) -> Response:
        """Record how Wildberries took a complaint."""
        found, told = self.get_object(), asked(OutcomeSerializer, request)
        complaints.decide(
            found, ComplaintStatus(told["status"]), by=person_of(request), at=now(), wb_response=told["wb_response"]
        )
        return self._shown(found)

    @extend_schema(responses=EstimateSerializer)
    @action(detail=True)
    def estimate(self, request: Request, uuid: UUID) -> Response:
        """Return the chance of a complaint as it stands, and whether to file it."""
        return Response(EstimateSerializer(complaints.estimate_of(self.get_object())).data)

    @extend_schema(responses=CandidateSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None, filterset_class=None)
    def candidates(self, request: Request) -> Response:
        """List the reviews most worth a complaint, the best first."""
        caller: Any = request
        return Response(CandidateSerializer(complaints.candidates(caller.tenant), many=True).data)

    @extend_schema(request=OutcomesFileSerializer, responses=OutcomeLineSerializer(many=True), filters=False)
    @action(
        detail=False, methods=["post"], url_path="import-outcomes", parser_classes=[MultiPartParser],
        pagination_class=None, filterset_class=None,
    )  # fmt: skip
    def import_outcomes(self, request: Request) -> Response:
        """Look through a CSV of outcomes, or apply it."""
        told = asked(OutcomesFileSerializer, request)
        store, file = named(Store.objects.all(), told["store"], request), told["file"]
        lines = outcomes.read(store, _bytes(file), by=person_of(request), at=now(), is_dry_run=told["is_dry_run"])
        return Response(OutcomeLineSerializer(lines, many=True).data)

    @extend_schema(
        responses=ComplaintStatsSerializer, filters=False,
        parameters=[OpenApiParameter("days", int, description="Only what was filed in so many last days.")],
    )  # fmt: skip
    @action(detail=False, pagination_class=None, filterset_class=None)
    def analytics(self, request: Request) -> Response:
        """Return what filed complaints brought, by reason, product and month."""
        period, caller = PeriodSerializer(data=request.query_params), cast("Any", request)
        period.is_valid(raise_exception=True)
        days = period.validated_data.get("days")
        filed = complaint_stats.filed_by(caller.tenant, since=now() - timedelta(days=days) if days else None)
        found = {
            "total": complaint_stats.total(filed),
            "by_reason": complaint_stats.by_reason(filed),
            "by_product": complaint_stats.by_product(filed),
            "by_month": complaint_stats.by_month(filed),
        }
        return Response(ComplaintStatsSerializer(found).data)

    def _shown(self, complaint: ReviewComplaint) -> Response:
        complaint.refresh_from_db()
        return Response(ComplaintSerializer(complaint).data)


def _bytes(file: "UploadedFile[Any]") -> bytes:
    return bytes(file.read(outcomes.MOST_BYTES + 1))
