"""Which row each address of assistants is about."""

from accounts.models import Platform
from assistants.models import AssistantVersion
from assistants.services import connecting
from tests.factories.assistants import AssistantFactory, DatasetFactory, ExampleFactory, RunFactory


def an_assistant(tenant):
    return {"uuid": AssistantFactory(tenant=tenant).uuid}


def a_version(tenant):
    assistant = AssistantFactory(tenant=tenant)
    version, _ = AssistantVersion.objects.get_or_create(tenant=tenant, assistant=assistant, number=1)
    return {"uuid": assistant.uuid, "number": version.number}


def a_platform(tenant):
    return {"platform": "openai"}


def a_key(tenant):
    key = connecting.connect_key(
        tenant,
        platform=Platform.objects.get(pk="openai"),
        credentials={"api_key": "sk-canary-000000000000"},
        name="canary-of-another-tenant",
        options={},
    )
    return {"uuid": key.uuid}


def a_set(tenant):
    return {"uuid": DatasetFactory(tenant=tenant, assistant=AssistantFactory(tenant=tenant)).uuid}


def an_example(tenant):
    example = ExampleFactory(dataset=DatasetFactory(tenant=tenant))
    return {"uuid": example.dataset.uuid, "example_uuid": example.uuid}


def a_lone_example(tenant):
    return {"uuid": ExampleFactory(dataset=DatasetFactory(tenant=tenant)).uuid}


def a_run(tenant):
    return {"uuid": RunFactory(tenant=tenant).uuid}


def two_runs(tenant):
    before = RunFactory(tenant=tenant)
    after = RunFactory(tenant=tenant, dataset=before.dataset, version=before.version, assistant=before.assistant)
    return {"uuid": after.uuid, "other": before.uuid}


CASES = {
    "assistant": an_assistant,
    "assistant_version": a_version,
    "assistant_versions": an_assistant,
    "change_dataset": a_set,
    "collect_examples": a_set,
    "compare_runs": two_runs,
    "dataset": a_set,
    "delete_dataset": a_set,
    "draft_version": an_assistant,
    "evaluation": an_assistant,
    "evaluation-run-detail": a_run,
    "evaluation-run-results": a_run,
    "evaluation-run-stop": a_run,
    "evaluation_run": a_run,
    "example": an_example,
    "export_examples": a_set,
    "import_examples": a_set,
    "judge_examples": a_set,
    "new_example": a_set,
    "publish_version": a_version,
    "start_evaluation": a_version,
    "stop_evaluation": a_run,
    "assistant-ask": an_assistant,
    "assistant-detail": an_assistant,
    "assistant-publish": a_version,
    "assistant-restore": a_version,
    "assistant-search": an_assistant,
    "assistant-versions": an_assistant,
    "delete_assistant": an_assistant,
    "disconnect_model_key": a_key,
    "model_key": a_key,
    "test_model_key": a_key,
    "training-dataset-detail": a_set,
    "training-example-detail": a_lone_example,
    "training-example-judge": a_lone_example,
    "restore_assistant": a_version,
}
PUBLIC = {"connect_model_key": "the form of a provider is the same for every shop, and takes keys for one's own"}
