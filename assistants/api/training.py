"""Sets of examples and their runs as resources."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import now
from django_filters.filters import BooleanFilter, ChoiceFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.enums import Role
from accounts.models import User
from assistants import services
from assistants.api.training_serializers import (
    DatasetSerializer,
    ExampleSerializer,
    JudgementSerializer,
    NewRunSerializer,
    ResultSerializer,
    RunSerializer,
)
from assistants.enums import EvaluationStatus, ExampleStatus
from assistants.models import Assistant, EvaluationResult, EvaluationRun, TrainingDataset, TrainingExample
from assistants.reports import with_figures

METHODS = ["get", "post", "patch", "delete", "head", "options"]


def person_of(request: Request) -> User | None:
    """Return who acts; a program acts in nobody's name."""
    return request.user if isinstance(request.user, User) else None


class DatasetFilter(FilterSet):
    """By assistant, and whether it guards publishing."""

    assistant = UUIDFilter(field_name="assistant__uuid")
    is_required = BooleanFilter()


class DatasetViewSet(viewsets.ModelViewSet[TrainingDataset]):
    """Sets of questions with right answers."""

    queryset = TrainingDataset.objects.none()
    serializer_class = DatasetSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    write_role = Role.ADMIN
    filterset_class = DatasetFilter
    http_method_names = METHODS

    def get_queryset(self) -> QuerySet[TrainingDataset]:
        """Return the sets the caller may see."""
        return TrainingDataset.objects.visible_to(self.request.user).select_related("assistant", "tenant")

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Begin a set."""
        tenant = self.request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
        serializer.instance = services.create_dataset(tenant, by=person_of(self.request), **serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Change a set."""
        serializer.instance = services.change_dataset(self.get_object(), **serializer.validated_data)


class ExampleFilter(FilterSet):
    """By set and state."""

    dataset = UUIDFilter(field_name="dataset__uuid")
    status = ChoiceFilter(choices=ExampleStatus.choices)


class ExampleViewSet(viewsets.ModelViewSet[TrainingExample]):
    """Questions, right answers, and the rules answers are judged by."""

    queryset = TrainingExample.objects.none()
    serializer_class = ExampleSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    write_role = Role.ADMIN
    filterset_class = ExampleFilter
    http_method_names = METHODS

    def get_queryset(self) -> QuerySet[TrainingExample]:
        """Return the examples the caller may see."""
        return TrainingExample.objects.visible_to(self.request.user).select_related("dataset", "tenant")

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Put an example into a set, as a draft."""
        fields = dict(serializer.validated_data)
        serializer.instance = services.add_example(
            fields.pop("dataset"), by=person_of(self.request), at=now(), **fields
        )

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Change an example; it stays in its set."""
        fields = {name: value for name, value in serializer.validated_data.items() if name != "dataset"}
        serializer.instance = services.change_example(self.get_object(), **fields)

    @extend_schema(request=JudgementSerializer, responses=ExampleSerializer)
    @action(detail=True, methods=["post"])
    def judge(self, request: Request, uuid: UUID) -> Response:
        """Approve an example, reject it, or make it a draft again."""
        example = self.get_object()
        payload = JudgementSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        wanted = ExampleStatus(payload.validated_data["status"])
        services.judge_example(example, status=wanted, by=person_of(request), at=now())
        example.refresh_from_db()
        return Response(self.get_serializer(example).data)


class RunFilter(FilterSet):
    """By set, assistant and state."""

    dataset = UUIDFilter(field_name="dataset__uuid")
    assistant = UUIDFilter(field_name="assistant__uuid")
    status = ChoiceFilter(choices=EvaluationStatus.choices)


class RunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[EvaluationRun]):
    """Sets put to versions of assistants."""

    queryset = EvaluationRun.objects.none()
    serializer_class = RunSerializer
    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    write_role = Role.ADMIN
    filterset_class = RunFilter

    def get_queryset(self) -> QuerySet[EvaluationRun]:
        """Return the runs the caller may see."""
        runs = EvaluationRun.objects.visible_to(self.request.user)
        return with_figures(runs.select_related("dataset", "assistant", "version", "tenant"))

    @extend_schema(request=NewRunSerializer, responses={201: RunSerializer})
    def create(self, request: Request) -> Response:
        """Queue a set for a version, the one in force unless named; read it until it is done."""
        payload = NewRunSerializer(data=request.data)
        payload.is_valid(raise_exception=True)
        given = payload.validated_data
        tenant = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
        dataset = TrainingDataset.objects.visible_to(request.user).of(tenant).filter(uuid=given["dataset"]).first()
        assistant = Assistant.objects.visible_to(request.user).of(tenant).filter(uuid=given["assistant"]).first()
        if dataset is None or assistant is None:
            missing = "assistant" if dataset else "dataset"
            raise serializers.ValidationError({missing: [f"There is no such {missing}."]})
        wanted = given.get("version")
        version = assistant.versions.filter(number=wanted).first() if wanted else services.version_in_force(assistant)
        if version is None:
            raise serializers.ValidationError({"version": ["There is no such version."]})
        run = services.start_run(dataset, version, by=person_of(request), use_judge=given["use_judge"])
        return Response(self.get_serializer(self.get_queryset().get(pk=run.pk)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=RunSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, uuid: UUID) -> Response:
        """End a run after the example under way."""
        run = self.get_object()
        services.stop_run(run, at=now())
        return Response(self.get_serializer(self.get_queryset().get(pk=run.pk)).data)

    @extend_schema(responses=ResultSerializer(many=True))
    @action(detail=True, methods=["get"])
    def results(self, request: Request, uuid: UUID) -> Response:
        """Return how each example went, page by page."""
        run = self.get_object()
        rows = EvaluationResult.objects.of(run.tenant).filter(run=run).select_related("example")
        page: Any = self.paginate_queryset(rows)  # type: ignore[arg-type]  # rows of another model
        return self.get_paginated_response(ResultSerializer(page, many=True).data)
