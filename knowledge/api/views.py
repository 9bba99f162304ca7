"""Documents, passages and search over the API."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.timezone import now
from django_filters.filters import BooleanFilter, ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import Role, Scope
from assistants.models import Assistant
from knowledge import services
from knowledge.api.serializers import (
    ChunkSerializer,
    ComparisonSerializer,
    DocumentSerializer,
    NewDocumentSerializer,
    SearchResultSerializer,
    SearchSerializer,
)
from knowledge.enums import DocumentStatus, Source
from knowledge.models import Document, KnowledgeEmbedding
from knowledge.reports import compare
from knowledge.search import search

MAX_VERSIONS = 100


class DocumentFilter(FilterSet):
    """By state and assistant; history only when asked for."""

    status = ChoiceFilter(choices=DocumentStatus.choices)
    source = ChoiceFilter(choices=Source.choices)
    assistant = UUIDFilter(field_name="assistant__uuid")
    shared = BooleanFilter(field_name="assistant", lookup_expr="isnull")


class DocumentViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, viewsets.GenericViewSet[Document]
):
    """What assistants answer from."""

    queryset = Document.objects.none()
    serializer_class = DocumentSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    filterset_class = DocumentFilter

    def get_queryset(self) -> QuerySet[Document]:
        """Return the documents the caller may see; lists leave history out unless it is asked for."""
        documents = Document.objects.visible_to(self.request.user).select_related("assistant", "tenant")
        if self.action == "list" and self.request.query_params.get("status") != DocumentStatus.ARCHIVED:
            documents = documents.live()
        return documents

    @extend_schema(request=NewDocumentSerializer, responses={201: DocumentSerializer})
    def create(self, request: Request) -> Response:
        """Take a file or a text in; read it until its status is ready or failed."""
        payload = NewDocumentSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        given = payload.validated_data
        whose = {
            "assistant": assistant_named(request, given.get("assistant")),
            "created_by": person_of(request),
            "at": now(),
        }
        tenant = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
        if "file" in given:
            whose["replaces"] = self._replaced(request, given.get("replaces"))
            document = services.ingest_file(tenant, filename=given["file"].name, content=given["file"], **whose)
        else:
            wanted = {name: given[name] for name in ("title", "text", "category", "importance")}
            document = services.ingest_text(tenant, **wanted, **whose)
        return Response(DocumentSerializer(document).data, status=status.HTTP_201_CREATED)

    def _replaced(self, request: Request, uuid: UUID | None) -> Document | None:
        if uuid is None:
            return None
        replaced = self.get_queryset().filter(uuid=uuid).first()
        if replaced is None:
            raise serializers.ValidationError({"replaces": ["There is no such document."]})
        return replaced

    def perform_destroy(self, instance: Document) -> None:
        """Erase a document with all that was made from it."""
        services.delete(instance, at=now())

    @extend_schema(request=None, responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, uuid: UUID) -> Response:
        """Process a failed document once more."""
        return Response(DocumentSerializer(services.retry(self.get_object(), at=now())).data)

    @extend_schema(request=None, responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, uuid: UUID) -> Response:
        """Take a document out of search and keep it as history."""
        return Response(DocumentSerializer(services.archive(self.get_object(), at=now())).data)

    @extend_schema(responses=DocumentSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def versions(self, request: Request, uuid: UUID) -> Response:
        """Return the versions of a document, the newest first."""
        versions = Document.objects.of_series(self.get_object()).select_related("assistant").order_by("-version")
        return Response(DocumentSerializer(versions[:MAX_VERSIONS], many=True).data)

    @extend_schema(responses=ComparisonSerializer)
    @action(detail=True, filterset_class=None)
    def compare(self, request: Request, uuid: UUID) -> Response:
        """Return how this version's text differs from that of the version before."""
        newer = self.get_object()
        older = Document.objects.of_series(newer).filter(version__lt=newer.version).order_by("-version").first()
        return Response(ComparisonSerializer(compare(older or newer, newer)).data)

    @extend_schema(request=None, responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, uuid: UUID) -> Response:
        """Answer from an archived version again."""
        return Response(DocumentSerializer(services.restore(self.get_object(), at=now())).data)


class ChunkFilter(FilterSet):
    """By document and assistant."""

    document = UUIDFilter(field_name="document__uuid")
    assistant = UUIDFilter(field_name="assistant__uuid")
    is_current = BooleanFilter()


class ChunkViewSet(viewsets.ReadOnlyModelViewSet[KnowledgeEmbedding]):
    """The passages cut from documents."""

    queryset = KnowledgeEmbedding.objects.none()
    serializer_class = ChunkSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    filterset_class = ChunkFilter

    def get_queryset(self) -> QuerySet[KnowledgeEmbedding]:
        """Return the passages the caller may see, their vectors left in the database."""
        return KnowledgeEmbedding.objects.visible_to(self.request.user).select_related("document").without_vectors()


class SearchView(APIView):
    """Ask the knowledge of an assistant, without an answer in words."""

    write_role = Role.USER
    key_scopes = {"post": {Scope.READ, Scope.ASK}}

    @extend_schema(operation_id="assistants_search", request=SearchSerializer, responses=SearchResultSerializer)
    def post(self, request: Request, uuid: UUID) -> Response:
        """Return the passages that answer a question, the best first."""
        assistant = Assistant.objects.visible_to(request.user).select_related("tenant").filter(uuid=uuid).first()
        if assistant is None:
            raise Http404
        payload = SearchSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        wanted = payload.validated_data
        found = search(assistant, wanted["query"], limit=wanted["limit"], at=now())
        return Response(SearchResultSerializer(found).data)


def assistant_named(request: Request, uuid: UUID | None) -> Assistant | None:
    """Return the assistant named; one of another tenant does not exist."""
    if uuid is None:
        return None
    tenant = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
    assistant = Assistant.objects.visible_to(request.user).of(tenant).filter(uuid=uuid).first()
    if assistant is None:
        raise serializers.ValidationError({"assistant": ["There is no such assistant."]})
    return assistant


def person_of(request: Request) -> Any:
    """Return the person who calls; a key is none."""
    return request.user if getattr(request.user, "email", None) else None
