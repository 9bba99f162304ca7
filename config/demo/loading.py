"""Loading the demo shop once."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts import services as accounts
from accounts.enums import Scope
from accounts.models import Tenant, User
from assistants import services as assistants
from assistants.models import Assistant
from billing import services as billing
from config.demo.history import load_history
from config.demo.material import CONTENT, articles, load
from config.demo.people import keep, kept, make_tenant
from config.demo.shelves import load_store
from knowledge import services as knowledge
from knowledge.models import Document
from knowledge.services.trials import save_question
from marketplace.models import Store
from operators.models import CannedReply

LOCK = 7_140_001
OPENING_BALANCE = Decimal(3000)
OPENED_DAYS_AGO = 120
WINDOW = {
    "tagline": "Лён, который живёт с\u00a0вами годами",
    "about": "Постельное бельё, одежда и текстиль для дома из умягчённого льна. Шьём сами, в Иванове.",
}
IN_WINDOW = (
    "KPB-UTRO-EU",
    "PL-POLYN",
    "RM-PLES",
    "POL-VAF-80150",
    "SK-ZAST-220",
    "PLED-HUTOR",
    "SHT-POLDEN",
    "SHOP-LEN",
)


def load_demo(*, at: datetime) -> bool:
    """Load the demo shop unless it is there; return whether it was loaded now.

    Two loaders at once are kept apart by an advisory lock. The knowledge is
    handed to the embedding workers, which may take some seconds more.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if shop() is not None:
            return False
        tenant, logins = make_tenant(at=at)
        owner = User.objects.get(owned_tenants=tenant)
        opened_at = at - timedelta(days=OPENED_DAYS_AGO)
        billing.top_up(tenant, amount=OPENING_BALANCE, key="demo:opening", at=opened_at, description="Пополнение счёта")
        assistant = make_assistant(tenant)
        make_replies(tenant)
        load_history(tenant, assistant, at=at)
        load_store(tenant, at=at)
        _, secret = accounts.issue_api_key(tenant, name="Демо", scopes=[Scope.ALL], created_by=owner, at=at)
        documents = {article.slug: teach(tenant, assistant, article, owner, at=at) for article in articles()}
        _questions(assistant, documents)
        _examples(tenant, assistant, owner, at=at)
        keep({"api_key": secret, "logins": logins})
    return True


def shop() -> Tenant | None:
    """Return the demo shop's tenant, if it is loaded."""
    return Tenant.objects.filter(slug=load("shop")["slug"], is_demo=True).first()


def describe() -> dict[str, Any]:
    """Return where the demo shop is and how to log in; the shape of ``demo --json``."""
    tenant = shop()
    assistant = Assistant.objects.of(tenant).order_by("pk").first() if tenant else None
    store = Store.objects.of(tenant).order_by("pk").first() if tenant else None
    secrets = kept()
    return {
        "base_url": settings.BASE_URL,
        "api_key": secrets.get("api_key"),
        "tenant": str(tenant.uuid) if tenant else None,
        "assistant": str(assistant.uuid) if assistant else None,
        "store": str(store.uuid) if store else None,
        "logins": secrets.get("logins", []),
    }


def make_assistant(tenant: Tenant) -> Assistant:
    """Create the shop's assistant."""
    row = load("assistant")
    return assistants.create_assistant(
        tenant,
        by=None,
        name=row["name"],
        greeting=row["greeting"],
        system_prompt=row["system_prompt"],
        suggested_questions=row["suggested_questions"],
        website_integration_enabled=True,
        answers_tickets=True,
        widget_settings={"storefront": {"shop": {**load("shop"), **WINDOW}, "products": _window()}},
    )


def _window() -> list[dict[str, Any]]:
    """Return the products in the shop window of the trial page."""
    by_code = {row["vendor_code"]: row for row in load("products")}
    names = ("name", "category", "composition", "price", "colors")
    return [{name: by_code[code][name] for name in names} for code in IN_WINDOW if code in by_code]


def make_replies(tenant: Tenant) -> None:
    """Create the replies operators have ready."""
    CannedReply.objects.bulk_create(CannedReply(tenant=tenant, **row) for row in load("assistant")["canned_replies"])


def _examples(tenant: Tenant, assistant: Assistant, owner: User, *, at: datetime) -> None:
    """Give the assistant a set to be tested with before its instructions change."""
    dataset = assistants.create_dataset(
        tenant,
        by=owner,
        name="Главные вопросы",
        description="Цены, сроки и отказы, которые нельзя перепутать.",
        assistant=assistant,
    )
    content = (CONTENT / "examples.jsonl").read_bytes()
    assistants.import_examples(dataset, filename="examples.jsonl", content=content, by=owner, at=at)


def _questions(assistant: Assistant, documents: dict[str, Document]) -> None:
    """Keep questions by which the seller sees whether search still finds the answers."""
    for row in load("test_questions"):
        if not row["expected"]:
            save_question(assistant, text=row["question"])
        for slug in row["expected"]:
            save_question(assistant, text=row["question"], document=documents[slug])


def teach(tenant: Tenant, assistant: Assistant, article: Any, owner: User, *, at: datetime) -> Document:
    """Hand one article to the shop's knowledge."""
    if not article.filename.endswith(".html"):
        return knowledge.ingest_text(
            tenant,
            assistant=assistant,
            title=article.title,
            text=article.body.decode(),
            created_by=owner,
            at=at,
            category=article.category,
            importance=article.importance,
        )
    return knowledge.ingest_file(
        tenant, assistant=assistant, filename=article.filename, content=article.body, created_by=owner, at=at
    )
