"""Which row each address of assistants is about."""

from assistants.models import AssistantVersion
from tests.factories.assistants import AssistantFactory


def an_assistant(tenant):
    return {"uuid": AssistantFactory(tenant=tenant).uuid}


def a_version(tenant):
    assistant = AssistantFactory(tenant=tenant)
    version, _ = AssistantVersion.objects.get_or_create(tenant=tenant, assistant=assistant, number=1)
    return {"uuid": assistant.uuid, "number": version.number}


CASES = {
    "assistant": an_assistant,
    "assistant-ask": an_assistant,
    "assistant-detail": an_assistant,
    "assistant-search": an_assistant,
    "delete_assistant": an_assistant,
    "restore_assistant": a_version,
}
