"""Pages of knowledge."""

from django.urls import URLPattern, URLResolver, path

from knowledge import views
from knowledge.websites import views as sites

urlpatterns: list[URLPattern | URLResolver] = [
    path("knowledge/", views.documents, name="knowledge"),
    path("knowledge/upload/", views.upload, name="knowledge_upload"),
    path("knowledge/text/", views.write, name="knowledge_text"),
    path("knowledge/test/", views.test, name="knowledge_test"),
    path("knowledge/moves/<uuid:uuid>/cancel/", views.cancel_move, name="knowledge_move_cancel"),
    path("knowledge/sites/", sites.sites, name="knowledge_sites"),
    path("knowledge/sites/add/", sites.add, name="knowledge_site_add"),
    path("knowledge/sites/<uuid:uuid>/", sites.site, name="knowledge_site"),
    path("knowledge/sites/<uuid:uuid>/change/", sites.change, name="knowledge_site_change"),
    path("knowledge/sites/<uuid:uuid>/crawl/", sites.crawl, name="knowledge_site_crawl"),
    path("knowledge/sites/<uuid:uuid>/stop/", sites.stop, name="knowledge_site_stop"),
    path("knowledge/sites/<uuid:uuid>/remove/", sites.remove, name="knowledge_site_remove"),
    path("knowledge/sites/pages/<uuid:uuid>/exclude/", sites.exclude, name="knowledge_page_exclude"),
    path("knowledge/sites/pages/<uuid:uuid>/include/", sites.include, name="knowledge_page_include"),
    path("knowledge/<uuid:uuid>/", views.document, name="knowledge_document"),
    path("knowledge/<uuid:uuid>/history/", views.history, name="knowledge_history"),
    path("knowledge/<uuid:uuid>/replace/", views.replace, name="knowledge_replace"),
    path("knowledge/<uuid:uuid>/restore/", views.restore, name="knowledge_restore"),
    path("knowledge/<uuid:uuid>/archive/", views.archive, name="knowledge_archive"),
    path("knowledge/<uuid:uuid>/retry/", views.retry, name="knowledge_retry"),
    path("knowledge/<uuid:uuid>/delete/", views.delete, name="knowledge_delete"),
]
