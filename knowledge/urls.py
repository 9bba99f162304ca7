"""Pages of knowledge."""

from django.urls import URLPattern, URLResolver, path

from knowledge import views
from knowledge.workbench import answers, flags, gaps, passages, trials

urlpatterns: list[URLPattern | URLResolver] = [
    path("knowledge/", views.documents, name="knowledge"),
    path("knowledge/upload/", views.upload, name="knowledge_upload"),
    path("knowledge/text/", views.write, name="knowledge_text"),
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
    path("knowledge/<uuid:uuid>/archive/", views.archive, name="knowledge_archive"),
    path("knowledge/<uuid:uuid>/retry/", views.retry, name="knowledge_retry"),
    path("knowledge/<uuid:uuid>/delete/", views.delete, name="knowledge_delete"),
]
