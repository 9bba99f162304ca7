"""Generated passages, and what measuring in a process of its own needs; no benchmark of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

ROOT: Final = Path(__file__).parent.parent.parent
DIMS, LATENT = 1_536, 64


def apart(module: str) -> Iterator[tuple[str, str]]:
    """Run a benchmark in a process of its own, on a database of its own; yield what it says."""
    command = [sys.executable, "-m", f"tests.bench.{module}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    for line in done.stdout.splitlines():
        what, tab, figure = line.partition("\t")
        if tab:
            yield what, figure
    if done.returncode:
        raise SystemExit(done.stderr[-4000:])


@contextmanager
def own_database() -> Iterator[None]:
    """Start what tests stand on and make a database."""
    from tests.stack import TEST_SECRETS, ground

    for name, value in TEST_SECRETS.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with ground():
        import django

        django.setup()
        from django.test.utils import setup_databases, teardown_databases

        databases = setup_databases(verbosity=0, interactive=False)
        try:
            yield
        finally:
            teardown_databases(databases, verbosity=0)


def size(name: str, default: int) -> int:
    """Return a size given on the command line as ``name=number``."""
    return int(os.environ.get(f"BENCH_{name.upper()}", default))


def execute(*statements: str) -> None:
    """Run SQL outside transactions."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


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


def direction_maker(*, seed: int) -> Callable[[int], Any]:
    """Return a maker of unit vectors with few latent dimensions, as models make them."""
    random = np.random.default_rng(seed)
    basis = random.normal(size=(LATENT, DIMS)).astype(np.float32)

    def make(count: int) -> Any:
        found = random.normal(size=(count, LATENT)).astype(np.float32) @ basis
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    return make


def sentences() -> list[str]:
    """Return the sentences of the demo shop's articles."""
    from config.demo.material import articles

    text = " ".join(article.body.decode() for article in articles())
    return [sentence.strip() for sentence in text.replace("\n", " ").split(". ") if 20 < len(sentence) < 200]


def interleaved(queries: Sequence[Any], *methods: Callable[[Any], Any], warm: int = 2) -> list[list[float]]:
    """Time the methods in turn, so that a busy machine is busy for all of them; the first rounds only warm."""
    times: list[list[float]] = [[] for _ in methods]
    for position, query in enumerate([*queries[:warm], *queries]):
        for method, taken in zip(methods, times, strict=True):
            began = time.perf_counter()
            method(query)
            if position >= warm:
                taken.append((time.perf_counter() - began) * 1000)
    return times


def p(times: Sequence[float], share: int) -> float:
    """Return a percentile."""
    return float(np.percentile(times, share))


def both(times: Sequence[float]) -> str:
    """Return the middle and the slow end in words."""
    return f"{p(times, 50):.2f} / {p(times, 95):.2f} ms"


def say(what: str, figure: str) -> None:
    """Hand a figure to the process that collects them."""
    print(f"{what}\t{figure}", flush=True)
