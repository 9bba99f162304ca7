"""API resources of assistants, mounted under /api/v1/."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.viewsets import ViewSetMixin

from assistants.api.training import DatasetViewSet, ExampleViewSet, RunViewSet
from assistants.api.usage import UsageView
from assistants.api.views import AssistantViewSet

routes: list[tuple[str, type[ViewSetMixin], str]] = [
    ("assistants", AssistantViewSet, "assistant"),
    ("training-datasets", DatasetViewSet, "training-dataset"),
    ("training-examples", ExampleViewSet, "training-example"),
    ("evaluation-runs", RunViewSet, "evaluation-run"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("model-usage/", UsageView.as_view(), name="api-model-usage")]
