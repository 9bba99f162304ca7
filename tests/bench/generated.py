"""Passages with given vectors, and what measuring them needs; no benchmark of its own."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

LATENT = 64


def filled(assistant: Any, vectors: Sequence[Any], *, model: str, texts: Sequence[str] = ()) -> Any:
    """Give an assistant passages with these vectors; their words are of no matter unless given."""
    from knowledge.chunking import Chunk
    from knowledge.indexing import show, write_chunks
    from knowledge.models import KnowledgeEmbedding
    from tests.factories.knowledge import DocumentFactory

    document = DocumentFactory(tenant=assistant.tenant, assistant=assistant, status="ready", is_current=True)
    texts = texts or [f"слово{number}" for number in range(len(vectors))]
    chunks = [Chunk(index=n, text=text, heading_path="", headings=(), token_count=1) for n, text in enumerate(texts)]
    write_chunks(document, chunks, [list(map(float, row)) for row in vectors], model=model)
    show(KnowledgeEmbedding.objects.filter(document=document))
    return assistant


def directions(random: Any, count: int, *, dims: int, basis: Any = None) -> Any:
    """Return unit vectors of few latent dimensions, as models make them."""
    basis = random.normal(size=(LATENT, dims)).astype(np.float32) if basis is None else basis
    found = random.normal(size=(count, LATENT)).astype(np.float32) @ basis
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def interleaved(queries: Sequence[Any], *methods: Callable[[Any], Any], warm: int = 1) -> list[list[float]]:
    """Time the methods in turn, so that a busy machine is busy for all of them; the first rounds only warm."""
    times: list[list[float]] = [[] for _ in methods]
    for position, query in enumerate([*queries[:1] * warm, *queries]):
        for method, taken in zip(methods, times, strict=True):
            began = time.perf_counter()
            method(query)
            if position >= warm:
                taken.append((time.perf_counter() - began) * 1000)
    return times


def percentile(times: Sequence[float], share: int) -> float:
    """Return a percentile."""
    return float(np.percentile(times, share))


def say(what: str, figure: str) -> None:
    """Hand a figure to the process that collects them."""
    print(f"{what}\t{figure}", flush=True)
