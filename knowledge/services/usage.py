"""Counts which passages answers stand on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

COUNT = """
INSERT INTO knowledge_uses (chunk_id, tenant_id, count, last_used)
SELECT id, tenant_id, 1, %(at)s FROM knowledge_embeddings
WHERE tenant_id = %(tenant)s AND id = ANY(%(chunks)s) ORDER BY id
ON CONFLICT (chunk_id) DO UPDATE SET count = knowledge_uses.count + 1, last_used = excluded.last_used
"""
COUNT_ENTRIES = """
WITH quoted AS (
  SELECT document_id, entry_id FROM knowledge_embeddings WHERE tenant_id = %(tenant)s AND id = ANY(%(chunks)s)
), behind AS (
  SELECT e.id FROM quoted JOIN user_knowledge AS e ON e.document_id = quoted.document_id
  UNION SELECT entry_id FROM quoted WHERE entry_id IS NOT NULL
), free AS (
  SELECT id FROM user_knowledge WHERE id IN (SELECT id FROM behind) ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE user_knowledge SET usage_count = usage_count + 1, last_used = %(at)s WHERE id IN (SELECT id FROM free)
"""


def count_use(chunk_ids: Iterable[int], *, tenant_id: int, at: datetime) -> None:
    """Count one answer for each passage it quotes, and for the texts they were cut from."""
    parameters: dict[str, Any] = {"chunks": sorted(set(chunk_ids)), "tenant": tenant_id, "at": at}
    if not parameters["chunks"]:
        return
    with connection.cursor() as cursor:
        cursor.execute(COUNT, parameters)
        cursor.execute(COUNT_ENTRIES, parameters)
