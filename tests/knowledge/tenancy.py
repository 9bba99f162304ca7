"""Which row each address of knowledge is about."""

from django.utils.timezone import now

from knowledge.models import KnowledgeEmbedding, KnowledgeFlag, KnowledgeGap, Reembedding, Trial, TrialQuestion
from tests.factories.assistants import AssistantFactory
from tests.factories.knowledge import AnswerFactory, DocumentFactory, WebPageFactory, WebSourceFactory, learned


def a_document(tenant):
    return {"uuid": DocumentFactory(tenant=tenant).uuid}


def a_passage(tenant):
    learned(tenant, "Доставка идёт три дня.")
    return {"uuid": KnowledgeEmbedding.objects.of(tenant).earliest("pk").uuid}


def a_site(tenant):
    return {"uuid": WebSourceFactory(tenant=tenant).uuid}


def a_page(tenant):
    return {"uuid": WebPageFactory(source__tenant=tenant).uuid}


def a_move(tenant):
    return {"uuid": Reembedding.objects.create(tenant=tenant, model="concepts-1").uuid}


def a_verb(tenant):
    return a_passage(tenant) | {"verb": "disable"}


def a_question(tenant):
    question = TrialQuestion.objects.create(tenant=tenant, assistant=AssistantFactory(tenant=tenant), text="Когда?")
    return {"uuid": question.uuid}


def a_trial(tenant):
    return {"uuid": Trial.objects.create(tenant=tenant, assistant=AssistantFactory(tenant=tenant)).uuid}


def a_gap(tenant):
    gap = KnowledgeGap.objects.create(tenant=tenant, title="Когда?", first_asked_at=now(), last_asked_at=now())
    return {"uuid": gap.uuid}


def a_gap_verb(tenant):
    return a_gap(tenant) | {"verb": "dismiss"}


def an_answer(tenant):
    return {"uuid": AnswerFactory(tenant=tenant).uuid}


def an_answer_verb(tenant):
    return an_answer(tenant) | {"verb": "reject"}


def a_flag_verb(tenant):
    flag = KnowledgeFlag.objects.create(
        tenant=tenant, kind="stale", document=DocumentFactory(tenant=tenant), fingerprint="0" * 64
    )
    return {"uuid": flag.uuid, "verb": "keep"}


CASES = {
    "document-archive": a_document,
    "document-compare": a_document,
    "document-restore": a_document,
    "document-versions": a_document,
    "document-detail": a_document,
    "document-retry": a_document,
    "gap-article": a_gap,
    "gap-detail": a_gap,
    "gap-dismiss": a_gap,
    "gap-merge": a_gap,
    "gap-questions": a_gap,
    "gap-reopen": a_gap,
    "gap-resolve": a_gap,
    "knowledge-detail": a_passage,
    "knowledge-entry-confirm": an_answer,
    "knowledge-entry-detail": an_answer,
    "knowledge-entry-reject": an_answer,
    "knowledge-entry-retire": an_answer,
    "knowledge-merge": a_passage,
    "knowledge-restore": a_passage,
    "knowledge-split": a_passage,
    "knowledge_answer_act": an_answer_verb,
    "knowledge_archive": a_document,
    "knowledge_delete": a_document,
    "knowledge_document": a_document,
    "knowledge_history": a_document,
    "knowledge_replace": a_document,
    "knowledge_restore": a_document,
    "knowledge_move_cancel": a_move,
    "knowledge_page_exclude": a_page,
    "knowledge_page_include": a_page,
    "knowledge_retry": a_document,
    "knowledge_site": a_site,
    "knowledge_site_change": a_site,
    "knowledge_site_crawl": a_site,
    "knowledge_site_remove": a_site,
    "knowledge_site_stop": a_site,
    "web-source-crawl": a_site,
    "web-source-detail": a_site,
    "web-source-pages": a_site,
    "web-source-stop": a_site,
    "knowledge_flag_act": a_flag_verb,
    "knowledge_gap": a_gap,
    "knowledge_gap_act": a_gap_verb,
    "knowledge_gap_article": a_gap,
    "knowledge_gap_merge": a_gap,
    "knowledge_passage": a_passage,
    "knowledge_passage_act": a_verb,
    "knowledge_passage_edit": a_passage,
    "knowledge_passage_split": a_passage,
    "knowledge_test_forget": a_question,
    "knowledge_validity": a_document,
    "knowledge_trial": a_trial,
}
