"""Pages of accounts."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.views import workspace

urlpatterns: list[URLPattern | URLResolver] = [
    path("", workspace.home, name="home"),
    path("switch-tenant/", workspace.switch_tenant, name="switch_tenant"),
    path("accounts/", include("allauth.urls")),
]
