"""Which row each address of knowledge is about."""

from knowledge.models import KnowledgeEmbedding
from tests.factories.knowledge import DocumentFactory, learned


def a_document(tenant):
    return {"uuid": DocumentFactory(tenant=tenant).uuid}


def a_passage(tenant):
    learned(tenant, "Доставка идёт три дня.")
    return {"uuid": KnowledgeEmbedding.objects.of(tenant).earliest("pk").uuid}


def a_verb(tenant):
    return a_passage(tenant) | {"verb": "disable"}


CASES = {
    "document-archive": a_document,
    "document-detail": a_document,
    "document-retry": a_document,
    "knowledge-detail": a_passage,
    "knowledge-merge": a_passage,
    "knowledge-restore": a_passage,
    "knowledge-split": a_passage,
    "knowledge_archive": a_document,
    "knowledge_delete": a_document,
    "knowledge_document": a_document,
    "knowledge_passage": a_passage,
    "knowledge_passage_act": a_verb,
    "knowledge_passage_edit": a_passage,
    "knowledge_passage_split": a_passage,
    "knowledge_retry": a_document,
}
