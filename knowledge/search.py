"""Finds the passages that answer a question.

Words decide always; meaning joins in where the embedding model was measured
to understand the question's language. Both legs run in one statement.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction
from pgvector import Vector

from assistants.errors import NoModelAvailable
from assistants.models import Assistant
from config.errors import ProviderError
from knowledge.errors import QueryEmpty
from knowledge.languages import PASS
from knowledge.lexical import Question, Statistics, analyse, best_score, coverage, question_vector, stems_alone
from knowledge.models import EmbeddingModel
from knowledge.questions import embed_question
from knowledge.statements import (
    FACTS,
    HAS_GRAPH,
    UNSPLIT,
    USE_GRAPH,
    Plan,
    Reading,
    choose_plan,
    choose_reading,
    graph_index,
    rerank_depth,
    search_statement,
    shortlist,
)
from knowledge.terms import COUNT_TERM, terms_of_bytes
from knowledge.vectors import BinaryCursor, binary_cursor

log = structlog.get_logger(__name__)

RRF: Final = 60
DEPTH: Final = 50
MAX_LIMIT: Final = 50
LINE: Final = 0.5
# Of the demo shop's 170 questions 90 % reach this coverage, of 81 questions about anything else, many in the words
# of a shop, 22 % (tests/bench/retrieval.py); the answering model still sees and judges what passes.
COVERAGE_THRESHOLD: Final = 0.42
STRAY_SHARE: Final = 0.07
NUDGE, NUDGE_FUSED = 0.02, 0.005  # of a passage's merit, for each step of importance; fused merits differ by less
LEXICAL_MODEL: Final = "bm25"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage found, how well it fits (``SearchResult.threshold`` is the line), and why."""

    chunk_id: int
    document_uuid: UUID | None
    title: str
    text: str
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    lexical_score: float | None
    dense_score: float | None
    source: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages, the best first, and what found them."""

    passages: tuple[Passage, ...]
    model: str
    is_semantic: bool
    milliseconds: float
    threshold: float = LINE

    @property
    def is_enough(self) -> bool:
        """Say whether the knowledge covers the question."""
        return max((passage.score for passage in self.passages), default=0.0) >= self.threshold


def search(assistant: Assistant, query: str, *, limit: int = 5, at: datetime) -> SearchResult:
    """Return the best ``limit`` passages of the assistant's and the shared knowledge.

    All of them when there are fewer, however little they fit.

    Raises:
        QueryEmpty: there is no question.
    """
    started = time.perf_counter()
    text = query.strip()
    if not text:
        raise QueryEmpty
    seeker = _Seeker(assistant, analyse(text), limit=min(max(limit, 1), MAX_LIMIT), at=at)
    passages: tuple[Passage, ...] | None = None
    with binary_cursor() as cursor:
        model = seeker.gather(cursor)
        if model is None:
            passages = seeker.seek(cursor)
    if model is not None:
        vector = _vector(text, assistant=assistant, model=model, at=at)  # may wait for a model, so no cursor is open
        model = model if vector is not None else None
        with binary_cursor() as cursor:
            passages = seeker.seek(cursor, model, vector)
    return SearchResult(
        passages=passages or (),
        model=model.name if model else LEXICAL_MODEL,
        is_semantic=model is not None,
        milliseconds=(time.perf_counter() - started) * 1000,
    )


def _vector(text: str, *, assistant: Assistant, model: EmbeddingModel, at: datetime) -> Vector | None:
    """Return the question's vector, or nothing when no model answers: words still find something."""
    try:
        return embed_question(text, assistant=assistant, model=model, at=at)
    except (NoModelAvailable, ProviderError) as error:
        log.warning("question_not_embedded", assistant=assistant.pk, model=model.name, error=str(error))
        return None


class _Seeker:
    """One search: counts the question's words, then ranks."""

    def __init__(self, assistant: Assistant, question: Question, *, limit: int, at: datetime) -> None:
        self.assistant = assistant
        self.question = question
        self.limit = limit
        self.statistics = Statistics()
        self.is_split = True
        self.parameters: dict[str, Any] = {
            "tenant": assistant.tenant_id,
            "assistant": assistant.pk,
            "limit": limit,
            "depth": max(DEPTH, limit),
            "rrf": RRF,
            "nudge": NUDGE,
            "at": at,
        }

    def gather(self, cursor: BinaryCursor) -> EmbeddingModel | None:
        """Count the question's words; return the model that may join in, if one understands the language."""
        wanted = {
            "terms": self.question.terms,
            "russian": self.question.is_russian,
            "pass": PASS,
            "preferred": self.assistant.embedding_model,
            "unsplit": UNSPLIT,
        }
        frequencies: dict[int, int] = {}
        model = None
        for term, number, name, threshold in cursor.rows(FACTS, self.parameters | wanted):
            if term is None:
                model = EmbeddingModel(tenant_id=self.assistant.tenant_id, name=name, dims=number, threshold=threshold)
            else:
                frequencies[term] = number
        self.is_split = frequencies.pop(UNSPLIT, 0) == 0
        self.statistics = Statistics(count=frequencies.get(COUNT_TERM, 0), frequencies=frequencies)
        return model

    def seek(
        self, cursor: BinaryCursor, model: EmbeddingModel | None = None, vector: Vector | None = None
    ) -> tuple[Passage, ...]:
        """Rank, by meaning too where there is a vector."""
        count = self.statistics.count
        words = question_vector(self.question, self.statistics)
        parameters = self.parameters | {"words": words, "shortlist": shortlist(count=count, limit=self.limit)}
        reading = self._reading()
        if reading is Reading.STEMS_FIRST:
            parameters["stems"] = stems_alone(self.question, words)
        plan = Plan.NONE
        if model and vector is not None:
            plan = choose_plan(count=count, limit=self.limit)
            parameters |= {
                "vector": vector,
                "dims": vector.dimensions(),
                "model": model.name,
                "floor": STRAY_SHARE * best_score(self.question, self.statistics),
                "nudge": NUDGE_FUSED,
                "rerank": rerank_depth(count=count, limit=self.limit),
            }
        rows = _ranked(cursor, plan, reading, parameters)
        threshold = model.threshold if model else 1.0
        return tuple(self._passage(row, threshold) for row in rows)

    def _reading(self) -> Reading:
        """Look at all terms where the knowledge has no word of the question, only parts of words, if anything."""
        is_known = any(number in self.statistics.frequencies for number in self.question.stems)
        return choose_reading(count=self.statistics.count) if self.is_split and is_known else Reading.ALL_TERMS

    def _passage(self, row: tuple[Any, ...], threshold: float) -> Passage:
        chunk_id, document, title, path, text, source, lexical_rank, lexical, dense_rank, dense, words = row
        covered = coverage(self.question, self.statistics, terms_of_bytes(words))
        return Passage(
            chunk_id=chunk_id,
            document_uuid=document,
            title=" › ".join(filter(None, (title, path))),
            text=text,
            score=max(_on_line(covered, COVERAGE_THRESHOLD), _on_line(dense or 0.0, threshold)),
            lexical_rank=lexical_rank,
            dense_rank=dense_rank,
            lexical_score=lexical,
            dense_score=dense,
            source=source,
        )


def _ranked(cursor: BinaryCursor, plan: Plan, reading: Reading, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run the one statement; an assistant without a graph yet is read by bits."""
    if plan is not Plan.GRAPH:
        dims = parameters["dims"] if plan is Plan.BITS else 0
        return cursor.rows(search_statement(plan, reading, dims=dims), parameters)
    collection = {name: parameters[name] for name in ("assistant", "model", "dims")}
    if cursor.rows(HAS_GRAPH, {"name": graph_index(**collection)}) != [(True,)]:
        return _ranked(cursor, Plan.BITS, reading, parameters)
    with transaction.atomic():
        cursor.rows(USE_GRAPH, {})
        return cursor.rows(search_statement(plan, reading, **collection), parameters)


def _on_line(value: float, threshold: float) -> float:
    """Map a measure to 0..1 so that its own threshold lies on the line common to all."""
    if value < threshold:
        return max(value, 0.0) / threshold * LINE if threshold > 0 else 0.0
    return min(LINE + (value - threshold) / max(1 - threshold, 1e-9) * (1 - LINE), 1.0)
