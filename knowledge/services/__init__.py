"""The verbs of knowledge."""

from knowledge.services.crawling import read_site
from knowledge.services.describing import describe_document
from knowledge.services.embedding import embed_passages
from knowledge.services.ingestion import ingest_file, ingest_text
from knowledge.services.lifecycle import archive, delete, retry
from knowledge.services.processing import process_document
from knowledge.services.reembedding import cancel_reembedding, follow_setting, move_vectors, reembed, reembed_all
from knowledge.services.restoring import restore
from knowledge.services.sweeping import sweep
from knowledge.services.usage import count_use
from knowledge.services.websites import (
    add_site,
    change_site,
    crawl_site,
    exclude_page,
    include_page,
    remove_site,
    stop_site,
)

__all__ = [
    "add_site",
    "archive",
    "cancel_reembedding",
    "change_site",
    "count_use",
    "crawl_site",
    "delete",
    "describe_document",
    "embed_passages",
    "exclude_page",
    "follow_setting",
    "include_page",
    "ingest_file",
    "ingest_text",
    "move_vectors",
    "process_document",
    "read_site",
    "reembed",
    "reembed_all",
    "remove_site",
    "restore",
    "retry",
    "stop_site",
    "sweep",
]
