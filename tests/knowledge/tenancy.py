"""Whose rows knowledge's addresses are about."""

from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import DocumentFactory, learned


def a_document(tenant):
    return {"uuid": DocumentFactory(tenant=tenant, status="failed", error_code="timeout").uuid}


def a_passage(tenant):
    return {"uuid": learned(tenant, "Секрет.", title="Секрет").chunks.get().uuid}


def an_assistant(tenant):
    return {"uuid": AssistantFactory(tenant=tenant).uuid}


CASES = {
    "document-detail": a_document,
    "document-retry": a_document,
    "document-archive": a_document,
    "knowledge-detail": a_passage,
    "assistant-search": an_assistant,
    "knowledge_document": a_document,
    "knowledge_archive": a_document,
    "knowledge_retry": a_document,
    "knowledge_delete": a_document,
}
