"""The verbs of knowledge."""

from knowledge.services.crawling import read_site
from knowledge.services.ingestion import ingest_file, ingest_text
from knowledge.services.lifecycle import archive, delete, restore, retry
from knowledge.services.processing import process_document
from knowledge.services.sweeping import sweep
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
    "change_site",
    "crawl_site",
    "delete",
    "exclude_page",
    "include_page",
    "ingest_file",
    "ingest_text",
    "process_document",
    "read_site",
    "remove_site",
    "restore",
    "retry",
    "stop_site",
    "sweep",
]
