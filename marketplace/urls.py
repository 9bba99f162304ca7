"""Pages of marketplace."""

from django.urls import URLPattern, URLResolver, path

from marketplace.views import chats, files, reputation, stores

urlpatterns: list[URLPattern | URLResolver] = [
    path("chats/", chats.chat_board, name="chats"),
    path("chats/column/<slug:status>/", chats.chat_column, name="chat_column"),
    path("chats/<uuid:uuid>/", chats.chat, name="chat"),
    path("chats/<uuid:uuid>/move/", chats.move, name="chat_move"),
    path("chats/<uuid:uuid>/judge/", chats.judge, name="chat_judge"),
    path("chats/<uuid:uuid>/files/<uuid:message>/", files.chat_file, name="chat_file"),
    path("wildberries/stores/", stores.stores, name="stores"),
    path("wildberries/stores/new/", stores.connect_store, name="connect_store"),
    path("wildberries/stores/<uuid:uuid>/", stores.store, name="store"),
    path("wildberries/stores/<uuid:uuid>/tokens/", stores.replace_tokens, name="replace_tokens"),
    path("wildberries/stores/<uuid:uuid>/<slug:verb>/", stores.store_command, name="store_command"),
    path("chats/<uuid:uuid>/links/<uuid:link>/", chats.link, name="chat_link"),
    path("reputation/", reputation.reputation, name="reputation"),
    path("reputation.csv", reputation.reputation_csv, name="reputation_csv"),
]
