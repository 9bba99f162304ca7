"""Which row each address of marketplace is about."""

from tests.factories.marketplace import (
    ChatFactory,
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


CASES = {
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
