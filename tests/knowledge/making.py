"""Documents that tests take in and process."""

from decimal import Decimal
from pathlib import Path

from django.conf import settings as django_settings
from django.utils.timezone import now

from assistants.models import Assistant
from knowledge import services
from knowledge.models import (
    Document,
)

PRICE = Decimal(5)
TEXT = "# Доставка\n\nПривозим за три дня по всей России.\n\n# Возврат\n\nЧетырнадцать дней со дня покупки.\n"


def taken(assistant: Assistant, text: str = TEXT, title: str = "Правила") -> Document:
    return services.ingest_text(assistant.tenant, assistant=assistant, title=title, text=text, at=now())


def uploaded(assistant: Assistant, name: str, content: bytes) -> Document:
    return services.ingest_file(assistant.tenant, assistant=assistant, filename=name, content=content, at=now())


def processed(document: Document) -> Document:
    services.process_document(document.pk, at=now())
    document.refresh_from_db()
    return document


def stored_files() -> list[str]:
    root = Path(django_settings.MEDIA_ROOT)
    return [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]


def long_text(paragraphs: int) -> str:
    return "\n\n".join(f"Абзац {n} рассказывает о доставке. " + f"слово{n} " * 110 for n in range(paragraphs))
