"""Which row each address of knowledge is about."""

from knowledge.models import KnowledgeEmbedding, Reembedding
from tests.factories.knowledge import DocumentFactory, WebPageFactory, WebSourceFactory, learned


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


CASES = {
    "document-archive": a_document,
    "document-compare": a_document,
    "document-restore": a_document,
    "document-versions": a_document,
    "document-detail": a_document,
    "document-retry": a_document,
    "knowledge-detail": a_passage,
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
}
