"""Pages of knowledge."""

from django.urls import URLPattern, URLResolver, path

from knowledge import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("knowledge/", views.documents, name="knowledge"),
    path("knowledge/upload/", views.upload, name="knowledge_upload"),
    path("knowledge/text/", views.write, name="knowledge_text"),
    path("knowledge/test/", views.test, name="knowledge_test"),
    path("knowledge/<uuid:uuid>/", views.document, name="knowledge_document"),
    path("knowledge/<uuid:uuid>/history/", views.history, name="knowledge_history"),
    path("knowledge/<uuid:uuid>/replace/", views.replace, name="knowledge_replace"),
    path("knowledge/<uuid:uuid>/restore/", views.restore, name="knowledge_restore"),
    path("knowledge/<uuid:uuid>/archive/", views.archive, name="knowledge_archive"),
    path("knowledge/<uuid:uuid>/retry/", views.retry, name="knowledge_retry"),
    path("knowledge/<uuid:uuid>/delete/", views.delete, name="knowledge_delete"),
]
