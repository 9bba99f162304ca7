"""Pages of assistants and models."""

from django.urls import URLPattern, URLResolver, path

from assistants.views import assistants, catalogue, keys, runs, sets, usage, versions

urlpatterns: list[URLPattern | URLResolver] = [
    path("assistants/", assistants.assistants, name="assistants"),
    path("assistants/new/", assistants.create, name="create_assistant"),
    path("assistants/<uuid:uuid>/", assistants.assistant, name="assistant"),
    path("assistants/<uuid:uuid>/delete/", assistants.delete, name="delete_assistant"),
    path("models/", catalogue.models, name="models"),
    path("models/usage/", usage.usage, name="model_usage"),
    path("models/usage/export/", usage.export, name="model_usage_export"),
    path("models/keys/new/<slug:platform>/", keys.connect, name="connect_model_key"),
    path("models/keys/<uuid:uuid>/", keys.key, name="model_key"),
    path("models/keys/<uuid:uuid>/test/", keys.test, name="test_model_key"),
    path("models/keys/<uuid:uuid>/disconnect/", keys.disconnect, name="disconnect_model_key"),
    path("assistants/<uuid:uuid>/versions/", versions.versions, name="assistant_versions"),
    path("assistants/<uuid:uuid>/versions/new/", versions.draft, name="draft_version"),
    path("assistants/<uuid:uuid>/versions/<int:number>/", versions.version, name="assistant_version"),
    path("assistants/<uuid:uuid>/versions/<int:number>/publish/", versions.publish, name="publish_version"),
    path("assistants/<uuid:uuid>/versions/<int:number>/restore/", versions.restore, name="restore_assistant"),
    path("assistants/<uuid:uuid>/versions/<int:number>/evaluate/", runs.start, name="start_evaluation"),
    path("assistants/<uuid:uuid>/evaluation/", sets.evaluation, name="evaluation"),
    path("sets/<uuid:uuid>/", sets.dataset, name="dataset"),
    path("sets/<uuid:uuid>/change/", sets.change, name="change_dataset"),
    path("sets/<uuid:uuid>/delete/", sets.delete, name="delete_dataset"),
    path("sets/<uuid:uuid>/examples/new/", sets.example, name="new_example"),
    path("sets/<uuid:uuid>/examples/<uuid:example_uuid>/", sets.example, name="example"),
    path("sets/<uuid:uuid>/judge/", sets.judge, name="judge_examples"),
    path("sets/<uuid:uuid>/collect/", sets.collect, name="collect_examples"),
    path("sets/<uuid:uuid>/import/", sets.read_in, name="import_examples"),
    path("sets/<uuid:uuid>/export/", sets.export, name="export_examples"),
    path("runs/<uuid:uuid>/", runs.run, name="evaluation_run"),
    path("runs/<uuid:uuid>/stop/", runs.stop, name="stop_evaluation"),
    path("runs/<uuid:uuid>/compare/<uuid:other>/", runs.compare, name="compare_runs"),
]
