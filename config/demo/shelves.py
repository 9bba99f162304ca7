"""The demo shop on Wildberries: its store, products, reviews, questions and chats."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import Tenant
from config.demo.material import load
from config.wbsandbox import tokens
from marketplace.enums import ChatStatus, QuestionState, WorkStatus
from marketplace.models import Chat, ChatMessage, Product, ProductRule, Question, Review, SellerSettings, Store
from marketplace.services import stores

CARD = ("brand", "category", "colors", "sizes", "composition", "description")


def load_store(tenant: Tenant, *, at: datetime, connects: bool = True) -> Store:
    """Create the store with all that belongs to it, connected to the sandbox if there is one and it shall be."""
    store = Store.objects.create(
        tenant=tenant,
        name=f"{tenant.name} на Wildberries",
        ai_instructions="Обращаться по имени, если оно есть. Не обещать компенсаций. Подпись: «Ваш Лён и Клевер».",
    )
    SellerSettings.objects.get_or_create(tenant=tenant)
    products = _products(store)
    _reviews(store, products, at=at)
    _questions(store, products, at=at)
    for number, row in enumerate(load("chats"), start=1):
        _chat(store, products, row, number, at=at)
    Store.objects.filter(pk=store.pk).update(
        total_reviews=Review.objects.filter(store=store).count(), total_chats=Chat.objects.filter(store=store).count()
    )
    if settings.WB_SANDBOX and connects:
        stores.attach_cabinet(store, tokens=stores.read_tokens(tokens.issue(tokens.DEMO_SID), at=at), at=at)
    return store


def _products(store: Store) -> dict[int, Product]:
    rows = load("products")
    reviewed = [review["nm_id"] for review in load("reviews")]
    products = Product.objects.bulk_create(
        Product(
            tenant_id=store.tenant_id,
            store=store,
            wb_product_id=row["nm_id"],
            vendor_code=row["vendor_code"],
            name=row["name"],
            price=row["price"],
            review_count=reviewed.count(row["nm_id"]),
            work_status=WorkStatus.ACTIVE if row["nm_id"] in reviewed else WorkStatus.NOT_WORKING,
            wb_api_data={
                name: row[name] for name in ("brand", "category", "colors", "sizes", "composition", "description")
            },
        )
        for row in rows
    )
    ProductRule.objects.bulk_create(
        ProductRule(
            tenant_id=store.tenant_id,
            store=store,
            product=product,
            submit_complaints=True,
            complaint_rating_1=True,
            complaint_rating_2=True,
            work_in_chats=True,
            chat_rating_1=True,
            chat_rating_2=True,
            chat_rating_3=True,
        )
        for product in products
        if product.work_status == WorkStatus.ACTIVE
    )
    return {product.wb_product_id: product for product in products}


def _reviews(store: Store, products: dict[int, Product], *, at: datetime) -> None:
    Review.objects.bulk_create(
        Review(
            tenant_id=store.tenant_id,
            store=store,
            product=products[row["nm_id"]],
            wb_id=f"demo-review-{number}",
            rating=row["rating"],
            text=row["text"],
            pros=row["pros"],
            cons=row["cons"],
            author=row["author"],
            date=at - timedelta(days=row["days_ago"]),
            answer={"text": row["answer"], "state": "wbRu"} if row["answer"] else None,
            answered_at=at - timedelta(days=max(row["days_ago"] - 0.3, 0)) if row["answer"] else None,
        )
        for number, row in enumerate(load("reviews"), start=1)
    )


def _questions(store: Store, products: dict[int, Product], *, at: datetime) -> None:
    Question.objects.bulk_create(
        Question(
            tenant_id=store.tenant_id,
            store=store,
            wb_id=f"demo-question-{number}",
            text=row["text"],
            created_date=at - timedelta(days=row["days_ago"]),
            state=QuestionState.ANSWERED if row["answer"] else QuestionState.NEW,
            was_viewed=bool(row["answer"]),
            is_answered=bool(row["answer"]),
            answer={"text": row["answer"]} if row["answer"] else None,
            answered_at=at - timedelta(days=max(row["days_ago"] - 0.1, 0)) if row["answer"] else None,
            product_nm_id=row["nm_id"],
            product_name=products[row["nm_id"]].name,
            product_supplier_article=products[row["nm_id"]].vendor_code,
        )
        for number, row in enumerate(load("questions"), start=1)
    )


def _chat(store: Store, products: dict[int, Product], row: dict[str, Any], number: int, *, at: datetime) -> None:
    moment = at - timedelta(days=row["days_ago"])
    product = products[row["nm_id"]]
    chat = Chat.objects.create(
        tenant_id=store.tenant_id,
        store=store,
        wb_id=f"demo-chat-{number}",
        client_name=row["client_name"],
        reply_sign=f"demo-sign-{number}",
        product_nm_id=product.wb_product_id,
        product_name=product.name,
        product_vendor_code=product.vendor_code,
        tag=row["tag"],
        status=ChatStatus(row["status"]),
        completion_reason=row.get("completion_reason", "other") if row["status"] == "closed" else None,
    )
    for position, said in enumerate(row["messages"], start=1):
        moment += timedelta(seconds=said["after_seconds"])
        ChatMessage.objects.create(
            tenant_id=store.tenant_id,
            store=store,
            chat=chat,
            wb_id=f"demo-chat-{number}-{position}",
            text=said["text"],
            sender=said["sender"],
            sent_at=moment,
        )
    last = row["messages"][-1]
    Chat.objects.filter(pk=chat.pk).update(
        last_message_date=moment, last_message_text=last["text"], last_message_sender=last["sender"]
    )
