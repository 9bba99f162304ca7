"""Documents and what was learned from them, without surprises."""

from collections.abc import Sequence

import factory
from factory.django import DjangoModelFactory

from accounts.models import Tenant
from assistants.models import Assistant
from knowledge.chunking import chunk
from knowledge.enums import CrawlStatus, DocumentStatus, EntryStatus, KnowledgeType
from knowledge.indexing import show, write_chunks
from knowledge.models import Document, KnowledgeEmbedding, KnowledgeEntry, WebPage, WebSource
from tests.factories.accounts import TenantFactory


class DocumentFactory(DjangoModelFactory):
    """A document that waits to be processed; no file behind it."""

    class Meta:
        model = Document

    tenant = factory.SubFactory(TenantFactory)
    filename = factory.Sequence(lambda n: f"document-{n}.md")
    title = factory.Sequence(lambda n: f"Document {n}")
    doc_hash = factory.Sequence(lambda n: f"{n:064x}")
    size = 100


class EntryFactory(DjangoModelFactory):
    """A stored text of a document."""

    class Meta:
        model = KnowledgeEntry

    document = factory.SubFactory(DocumentFactory)
    tenant = factory.SelfAttribute("document.tenant")
    content = "Доставка идёт три дня."
    type = KnowledgeType.ORIGINAL


class WebSourceFactory(DjangoModelFactory):
    """A website that was read."""

    class Meta:
        model = WebSource

    tenant = factory.SubFactory(TenantFactory)
    url = factory.Sequence(lambda n: f"https://shop-{n}.example/")
    status = CrawlStatus.READY
    run = 1


class WebPageFactory(DjangoModelFactory):
    """A page of a website."""

    class Meta:
        model = WebPage

    source = factory.SubFactory(WebSourceFactory)
    tenant = factory.SelfAttribute("source.tenant")
    url = factory.Sequence(lambda n: f"https://shop.example/page-{n}")
    run = visited = 1


class AnswerFactory(DjangoModelFactory):
    """An operator's answer that waits for review."""

    class Meta:
        model = KnowledgeEntry

    tenant = factory.SubFactory(TenantFactory)
    question = factory.Sequence(lambda n: f"Есть ли вышивка номер {n}?")
    content = "Вышивку делаем за три дня, она стоит 500 рублей."
    type = KnowledgeType.CONFIRMED
    status = EntryStatus.PROPOSED


def learned(
    tenant: Tenant,
    text: str,
    *,
    assistant: Assistant | None = None,
    title: str = "",
    vectors: Sequence[Sequence[float]] | None = None,
    model: str = "test-embedding",
    importance: int = 5,
) -> Document:
    """Return a ready document whose passages search finds; ``vectors`` are one per passage."""
    document = DocumentFactory(
        tenant=tenant,
        assistant=assistant,
        title=title,
        status=DocumentStatus.READY,
        is_current=True,
        progress=100,
        importance=importance,
    )
    chunks = chunk(text, title=title)
    write_chunks(document, chunks, vectors or [[1.0, 0.0, 0.0]] * len(chunks), model=model)
    document.chunk_count = show(KnowledgeEmbedding.objects.filter(document=document))
    document.save(update_fields=["chunk_count"])
    return document
