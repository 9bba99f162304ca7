"""Which row each address of marketplace is about."""

from marketplace.enums import LinkMethod
from tests.factories.marketplace import (
    ChatFactory,
    ChatMessageFactory,
    ComplaintFactory,
    ProductFactory,
    QuestionFactory,
    ReviewFactory,
    StoreFactory,
)


def a_store(tenant):
    return {"uuid": StoreFactory(tenant=tenant).uuid}


def a_chat(tenant):
    return {"uuid": ChatFactory(store__tenant=tenant).uuid}


def a_file(tenant):
    message = ChatMessageFactory(chat__store__tenant=tenant, download_id="file-1")
    return {"uuid": message.chat.uuid, "message": message.uuid}


def a_link(tenant):
    chat = ChatFactory(store__tenant=tenant)
    review = ReviewFactory(product__store=chat.store)
    link = chat.links.create(
        tenant=tenant, store=chat.store, review=review, method=LinkMethod.LIKENESS, confidence="0.5"
    )
    return {"uuid": chat.uuid, "link": link.uuid}


CASES = {
    "chat": a_chat,
    "chat_file": a_file,
    "chat_judge": a_chat,
    "chat_link": a_link,
    "chat_move": a_chat,
    "chat-judge": a_chat,
    "chat-move": a_chat,
    "chat-detail": a_chat,
    "chat-messages": a_chat,
    "complaint-detail": lambda tenant: {"uuid": ComplaintFactory(review__product__store__tenant=tenant).uuid},
    "product-detail": lambda tenant: {"uuid": ProductFactory(store__tenant=tenant).uuid},
    "question-detail": lambda tenant: {"uuid": QuestionFactory(store__tenant=tenant).uuid},
    "review-detail": lambda tenant: {"uuid": ReviewFactory(product__store__tenant=tenant).uuid},
    "replace_tokens": a_store,
    "store": a_store,
    "store-detail": a_store,
    "store_command": lambda tenant: {**a_store(tenant), "verb": "disconnect"},
}
PUBLIC = {"chat_column": "a column's name is no row: every tenant sees their own chats in it"}
