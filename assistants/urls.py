"""Pages of assistants."""

from django.urls import URLPattern, URLResolver, path

from assistants.views import assistants as views

urlpatterns: list[URLPattern | URLResolver] = [
    path("assistants/", views.assistants, name="assistants"),
    path("assistants/new/", views.create, name="create_assistant"),
    path("assistants/<uuid:uuid>/", views.assistant, name="assistant"),
    path("assistants/<uuid:uuid>/versions/<int:number>/restore/", views.restore, name="restore_assistant"),
    path("assistants/<uuid:uuid>/delete/", views.delete, name="delete_assistant"),
]
