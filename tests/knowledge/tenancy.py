"""Which row each address of knowledge is about."""

from knowledge.models import KnowledgeEmbedding, Trial, TrialQuestion
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import DocumentFactory, learned


def a_document(tenant):
    return {"uuid": DocumentFactory(tenant=tenant).uuid}


def a_passage(tenant):
    learned(tenant, "Доставка идёт три дня.")
    return {"uuid": KnowledgeEmbedding.objects.of(tenant).earliest("pk").uuid}


def a_verb(tenant):
    return a_passage(tenant) | {"verb": "disable"}


def a_question(tenant):
    question = TrialQuestion.objects.create(tenant=tenant, assistant=AssistantFactory(tenant=tenant), text="Когда?")
    return {"uuid": question.uuid}


def a_trial(tenant):
    return {"uuid": Trial.objects.create(tenant=tenant, assistant=AssistantFactory(tenant=tenant)).uuid}


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
    "knowledge_test_forget": a_question,
    "knowledge_trial": a_trial,
}
