"""The verbs of knowledge."""

from knowledge.services.embedding import embed_passages
from knowledge.services.ingestion import ingest_file, ingest_text
from knowledge.services.lifecycle import archive, delete, retry
from knowledge.services.processing import process_document
from knowledge.services.sweeping import sweep
from knowledge.services.usage import count_use

__all__ = [
    "archive",
    "count_use",
    "delete",
    "embed_passages",
    "ingest_file",
    "ingest_text",
    "process_document",
    "retry",
    "sweep",
]
