"""Kept filters of reviews, and work on all reviews that pass one, over the API."""

from typing import Any
from uuid import UUID

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.resources import OwnedReadOnlyViewSet
from marketplace.api.asking import asked, person_of
from marketplace.desk_forms import ReviewFilter
from marketplace.models import BulkJob, Review, SavedFilter
from marketplace.replies import BulkKind
from marketplace.services import bulk, filters


class SavedFilterSerializer(serializers.ModelSerializer[SavedFilter]):
    """A filter of reviews under a name."""

    class Meta:
        model = SavedFilter
        fields = ("uuid", "name", "query", "created_at", "updated_at")
        read_only_fields = fields


class FilterWordsSerializer(serializers.Serializer[Any]):
    """A filter as the list of reviews has it: `show`, `store`, `rating`, `complaint`, `status`, `product`, `q`."""

    name = serializers.CharField(max_length=60)
    query = serializers.DictField(child=serializers.CharField(max_length=200))


class BulkJobSerializer(serializers.ModelSerializer[BulkJob]):
    """Work on many reviews and how far it is."""

    progress = serializers.SerializerMethodField()

    class Meta:
        model = BulkJob
        fields = ("uuid", "kind", "status", "query", "total", "progress", "error", "created_at", "finished_at")
        read_only_fields = fields

    def get_progress(self, row: BulkJob) -> dict[str, int]:
        """Return how many are `done`, `refused`, `undone` and `left`."""
        found = bulk.progress(row)
        return {name: found[name] for name in ("done", "refused", "undone", "left")}


class NewBulkJobSerializer(serializers.Serializer[Any]):
    """What to do with all reviews that pass a filter."""

    kind = serializers.ChoiceField(BulkKind.choices)
    query = serializers.DictField(child=serializers.CharField(max_length=200), required=False, default=dict)


class TakenBackSerializer(serializers.Serializer[Any]):
    """How many replies or drafts were taken back."""

    taken_back = serializers.IntegerField()


class SavedFilterViewSet(OwnedReadOnlyViewSet):
    """Filters that the workspace keeps."""

    queryset = SavedFilter.objects.all()
    serializer_class = SavedFilterSerializer

    @extend_schema(request=FilterWordsSerializer, responses={201: SavedFilterSerializer})
    def create(self, request: Request) -> Response:
        """Keep a filter; one of the same name is overwritten, and what makes no sense is left out."""
        told, caller = asked(FilterWordsSerializer, request), _caller(request)
        query = {name: str(value) for name, value in ReviewFilter(told["query"], tenant=caller.tenant).chosen.items()}
        kept = filters.keep(caller.tenant, name=told["name"], query=query, by=person_of(request))
        return Response(SavedFilterSerializer(kept).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, uuid: UUID) -> Response:
        """Forget a filter."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class BulkJobViewSet(OwnedReadOnlyViewSet):
    """Work on many reviews."""

    queryset = BulkJob.objects.all()
    serializer_class = BulkJobSerializer
    filterset_fields = ("kind", "status")

    @extend_schema(request=NewBulkJobSerializer, responses={201: BulkJobSerializer})
    def create(self, request: Request) -> Response:
        """Begin to draft, or to send drafts, for all reviews that pass a filter."""
        told, caller = asked(NewBulkJobSerializer, request), _caller(request)
        form = ReviewFilter(told["query"], tenant=caller.tenant)
        rows = form.apply(Review.objects.visible_to(request.user).of(caller.tenant))
        query = {name: str(value) for name, value in form.chosen.items()}
        by = person_of(request)
        made = bulk.begin(caller.tenant, BulkKind(told["kind"]), rows, query=query, by=by, at=now())
        return Response(BulkJobSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=BulkJobSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, uuid: UUID) -> Response:
        """Do no more of it; what is done stays."""
        found = self.get_object()
        bulk.stop(found, at=now())
        return Response(BulkJobSerializer(found).data)

    @extend_schema(request=None, responses=TakenBackSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, uuid: UUID) -> Response:
        """Withdraw replies that have not left, or throw away drafts that nobody has touched."""
        return Response({"taken_back": bulk.undo(self.get_object(), at=now())})


def _caller(request: Request) -> Any:
    return request
