"""The verbs of knowledge."""

from knowledge.services.ingestion import ingest_file, ingest_text
from knowledge.services.lifecycle import archive, delete, restore, retry
from knowledge.services.processing import process_document
from knowledge.services.sweeping import sweep

__all__ = ["archive", "delete", "ingest_file", "ingest_text", "process_document", "restore", "retry", "sweep"]
