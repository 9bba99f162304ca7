"""Pages of knowledge."""

from django.urls import URLPattern, URLResolver, path

from knowledge import views
from knowledge.websites import views as sites
from knowledge.workbench import answers, flags, gaps, passages, trials

urlpatterns: list[URLPattern | URLResolver] = [
    path("knowledge/", views.documents, name="knowledge"),
    path("knowledge/upload/", views.upload, name="knowledge_upload"),
    path("knowledge/text/", views.write, name="knowledge_text"),
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
    path("knowledge/test/", trials.test, name="knowledge_test"),
    path("knowledge/test/questions/", trials.save, name="knowledge_test_save"),
    path("knowledge/test/questions/<uuid:uuid>/delete/", trials.forget, name="knowledge_test_forget"),
    path("knowledge/test/runs/", trials.run, name="knowledge_test_run"),
    path("knowledge/test/runs/<uuid:uuid>/", trials.trial, name="knowledge_trial"),
    path("knowledge/passages/", passages.passages, name="knowledge_passages"),
    path("knowledge/passages/<uuid:uuid>/", passages.passage, name="knowledge_passage"),
    path("knowledge/passages/<uuid:uuid>/edit/", passages.edit, name="knowledge_passage_edit"),
    path("knowledge/passages/<uuid:uuid>/split/", passages.split, name="knowledge_passage_split"),
    path("knowledge/passages/<uuid:uuid>/<slug:verb>/", passages.act, name="knowledge_passage_act"),
    path("knowledge/gaps/", gaps.gaps, name="knowledge_gaps"),
    path("knowledge/gaps/<uuid:uuid>/", gaps.gap, name="knowledge_gap"),
    path("knowledge/gaps/<uuid:uuid>/article/", gaps.article, name="knowledge_gap_article"),
    path("knowledge/gaps/<uuid:uuid>/merge/", gaps.merge, name="knowledge_gap_merge"),
    path("knowledge/gaps/<uuid:uuid>/<slug:verb>/", gaps.act, name="knowledge_gap_act"),
    path("knowledge/answers/", answers.answers, name="knowledge_answers"),
    path("knowledge/answers/new/", answers.add, name="knowledge_answer_add"),
    path("knowledge/answers/<uuid:uuid>/<slug:verb>/", answers.act, name="knowledge_answer_act"),
    path("knowledge/flags/", flags.flags, name="knowledge_flags"),
    path("knowledge/flags/review/", flags.review, name="knowledge_flags_review"),
    path("knowledge/flags/<uuid:uuid>/<slug:verb>/", flags.act, name="knowledge_flag_act"),
    path("knowledge/<uuid:uuid>/validity/", flags.validity, name="knowledge_validity"),
    path("knowledge/<uuid:uuid>/", views.document, name="knowledge_document"),
    path("knowledge/<uuid:uuid>/history/", views.history, name="knowledge_history"),
    path("knowledge/<uuid:uuid>/replace/", views.replace, name="knowledge_replace"),
    path("knowledge/<uuid:uuid>/restore/", views.restore, name="knowledge_restore"),
    path("knowledge/<uuid:uuid>/archive/", views.archive, name="knowledge_archive"),
    path("knowledge/<uuid:uuid>/retry/", views.retry, name="knowledge_retry"),
    path("knowledge/<uuid:uuid>/delete/", views.delete, name="knowledge_delete"),
]
