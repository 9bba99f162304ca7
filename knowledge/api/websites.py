"""Websites over the API."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django_filters.filters import ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.models import Assistant
from knowledge import services
from knowledge.enums import CrawlSchedule, CrawlStatus, PageState, WebSourceKind
from knowledge.models import WebPage, WebSource
from knowledge.models.websites import MAX_DEPTH, MAX_PAGES
from knowledge.websites.addresses import URL_CHARACTERS


def _person(request: Request) -> Any:
    """Return the person who calls; a key is none."""
    return request.user if getattr(request.user, "email", None) else None


class WebSourceSerializer(serializers.ModelSerializer[WebSource]):
    """A website, how it is read, and how far the reading is."""

    assistant = serializers.UUIDField(source="assistant.uuid", read_only=True, allow_null=True, default=None)
    problem = serializers.CharField(read_only=True)

    class Meta:
        model = WebSource
        fields = (
            "uuid",
            "assistant",
            "url",
            "kind",
            "max_depth",
            "max_pages",
            "include",
            "exclude",
            "schedule",
            "next_run_at",
            "status",
            "problem_code",
            "problem",
            "run",
            "found_count",
            "new_count",
            "changed_count",
            "gone_count",
            "bytes_read",
            "started_at",
            "finished_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class RulesSerializer(serializers.Serializer[Any]):
    """How a site is read."""

    kind = serializers.ChoiceField(choices=WebSourceKind.choices, default=WebSourceKind.CRAWL)
    max_depth = serializers.IntegerField(min_value=0, max_value=MAX_DEPTH, default=3)
    max_pages = serializers.IntegerField(min_value=1, max_value=MAX_PAGES, default=50)
    include = serializers.ListField(child=serializers.CharField(max_length=500), max_length=50, default=list)
    exclude = serializers.ListField(child=serializers.CharField(max_length=500), max_length=50, default=list)
    schedule = serializers.ChoiceField(choices=CrawlSchedule.choices, default=CrawlSchedule.WEEKLY)


class NewWebSourceSerializer(RulesSerializer):
    """A site to read, for one assistant or without one for all of them."""

    url = serializers.CharField(max_length=URL_CHARACTERS)
    assistant = serializers.UUIDField(required=False, allow_null=True)


class WebPageSerializer(serializers.ModelSerializer[WebPage]):
    """A page of a site and what became of it."""

    document = serializers.UUIDField(source="document.uuid", read_only=True, allow_null=True, default=None)
    problem = serializers.CharField(read_only=True)

    class Meta:
        model = WebPage
        fields = (
            "uuid",
            "url",
            "title",
            "document",
            "state",
            "problem_code",
            "problem",
            "is_excluded",
            "http_status",
            "depth",
            "fetched_at",
        )
        read_only_fields = fields


class WebSourceFilter(FilterSet):
    """By state and assistant."""

    status = ChoiceFilter(choices=CrawlStatus.choices)
    assistant = UUIDFilter(field_name="assistant__uuid")


class WebPageFilter(FilterSet):
    """By state."""

    state = ChoiceFilter(choices=PageState.choices)


class WebSourceViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[WebSource]
):
    """Websites that assistants answer from."""

    queryset = WebSource.objects.none()
    serializer_class = WebSourceSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    filterset_class = WebSourceFilter

    def get_queryset(self) -> QuerySet[WebSource]:
        """Return the sites the caller may see."""
        return WebSource.objects.visible_to(self.request.user).select_related("assistant", "tenant")

    @extend_schema(request=NewWebSourceSerializer, responses={201: WebSourceSerializer})
    def create(self, request: Request) -> Response:
        """Take a site in and begin to read it."""
        payload = NewWebSourceSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        given = dict(payload.validated_data)
        source = services.add_site(
            request.tenant,  # type: ignore[attr-defined]  # set by TenantMiddleware
            assistant=self._assistant(request, given.pop("assistant", None)),
            created_by=_person(request),
            at=now(),
            **given,
        )
        return Response(WebSourceSerializer(source).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RulesSerializer, responses=WebSourceSerializer)
    def partial_update(self, request: Request, uuid: UUID) -> Response:
        """Change how a site is read; its next reading follows."""
        source = self.get_object()
        payload = RulesSerializer(data=request.data, partial=True)
        payload.is_valid(raise_exception=True)
        return Response(WebSourceSerializer(services.change_site(source, at=now(), **payload.validated_data)).data)

    def perform_destroy(self, instance: WebSource) -> None:
        """Remove a site and, in the background, everything that was read from it."""
        services.remove_site(instance, at=now())

    @extend_schema(request=None, responses=WebSourceSerializer)
    @action(detail=True, methods=["post"])
    def crawl(self, request: Request, uuid: UUID) -> Response:
        """Read the site now."""
        return Response(WebSourceSerializer(services.crawl_site(self.get_object(), at=now())).data)

    @extend_schema(request=None, responses=WebSourceSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, uuid: UUID) -> Response:
        """End the reading under way; what was read stays."""
        return Response(WebSourceSerializer(services.stop_site(self.get_object(), at=now())).data)

    @extend_schema(responses=WebPageSerializer(many=True))
    @action(detail=True, filterset_class=WebPageFilter)
    def pages(self, request: Request, uuid: UUID) -> Response:
        """Return the pages of the site."""
        source = get_object_or_404(self.get_queryset(), uuid=uuid)
        pages = WebPage.objects.filter(source=source).select_related("document")
        rows = self.paginate_queryset(self.filter_queryset(pages))  # type: ignore[arg-type]  # pages, not sites
        return self.get_paginated_response(WebPageSerializer(rows, many=True).data)

    def _assistant(self, request: Request, uuid: UUID | None) -> Assistant | None:
        if uuid is None:
            return None
        tenant = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
        assistant = Assistant.objects.visible_to(request.user).of(tenant).filter(uuid=uuid).first()
        if assistant is None:
            raise serializers.ValidationError({"assistant": ["There is no such assistant."]})
        return assistant
