"""Documents, the passages cut from them, and what search keeps about both."""

from knowledge.models.chunks import (
    LEXICAL_DIMENSIONS,
    KnowledgeEmbedding,
    KnowledgeEmbeddingQuerySet,
    KnowledgeLexical,
    KnowledgeTerm,
    KnowledgeUse,
)
from knowledge.models.documents import Document, DocumentQuerySet
from knowledge.models.embeddings import EmbeddingModel, QueryEmbedding
from knowledge.models.entries import EntryQuerySet, KnowledgeEntry
from knowledge.models.flags import FlagQuerySet, KnowledgeFlag
from knowledge.models.gaps import GapQuerySet, KnowledgeGap, KnowledgeGapQuestion
from knowledge.models.reembedding import NextVector, Reembedding
from knowledge.models.trials import Trial, TrialExpectation, TrialQuestion, TrialResult
from knowledge.models.websites import WebPage, WebPageQuerySet, WebSource, WebSourceQuerySet

__all__ = [
    "LEXICAL_DIMENSIONS",
    "Document",
    "DocumentQuerySet",
    "EmbeddingModel",
    "EntryQuerySet",
    "FlagQuerySet",
    "GapQuerySet",
    "KnowledgeEmbedding",
    "KnowledgeEmbeddingQuerySet",
    "KnowledgeEntry",
    "KnowledgeFlag",
    "KnowledgeGap",
    "KnowledgeGapQuestion",
    "KnowledgeLexical",
    "KnowledgeTerm",
    "KnowledgeUse",
    "NextVector",
    "QueryEmbedding",
    "Reembedding",
    "Trial",
    "TrialExpectation",
    "TrialQuestion",
    "TrialResult",
    "WebPage",
    "WebPageQuerySet",
    "WebSource",
    "WebSourceQuerySet",
]
