"""Every address of the system."""

from importlib import import_module

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from config import health

APPS = ("accounts", "billing", "assistants", "knowledge", "dialogs", "operators", "marketplace")

handler400 = "config.api.bad_request"
handler403 = "config.api.permission_denied"
handler404 = "config.api.page_not_found"
handler500 = "config.api.server_error"

router = SimpleRouter()
api: list[URLPattern | URLResolver] = []
for app in APPS:
    resources = import_module(f"{app}.api.urls")
    for prefix, viewset, basename in resources.routes:
        router.register(prefix, viewset, basename)
    api += resources.urlpatterns

urlpatterns = [
    path("healthz", require_safe(health.healthz), name="healthz"),
    path("readyz", require_safe(health.readyz), name="readyz"),
    path("metrics", require_safe(health.metrics), name="metrics"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(permission_classes=[AllowAny]), name="docs"),
    path("api/v1/", include([*api, *router.urls])),
    *(path("", include(f"{app}.urls")) for app in APPS),
]
