"""Pages of marketplace."""

from django.urls import URLPattern, URLResolver, path

from marketplace.views import stores

urlpatterns: list[URLPattern | URLResolver] = [
    path("wildberries/stores/", stores.stores, name="stores"),
    path("wildberries/stores/new/", stores.connect_store, name="connect_store"),
    path("wildberries/stores/<uuid:uuid>/", stores.store, name="store"),
    path("wildberries/stores/<uuid:uuid>/tokens/", stores.replace_tokens, name="replace_tokens"),
    path("wildberries/stores/<uuid:uuid>/<slug:verb>/", stores.store_command, name="store_command"),
]
