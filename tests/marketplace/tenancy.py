"""Which row each address of marketplace is about."""

from tests.factories.marketplace import (
    ChatFactory,
    ComplaintFactory,
    ProductFactory,
    QuestionFactory,
    ReviewFactory,
    StoreFactory,
)


def a_chat(tenant):
    return {"uuid": ChatFactory(store__tenant=tenant).uuid}


CASES = {
    "chat-detail": a_chat,
    "chat-messages": a_chat,
    "complaint-detail": lambda tenant: {"uuid": ComplaintFactory(review__product__store__tenant=tenant).uuid},
    "product-detail": lambda tenant: {"uuid": ProductFactory(store__tenant=tenant).uuid},
    "question-detail": lambda tenant: {"uuid": QuestionFactory(store__tenant=tenant).uuid},
    "product": lambda tenant: {"uuid": ProductFactory(store__tenant=tenant).uuid},
    "default_rule": lambda tenant: {"uuid": StoreFactory(tenant=tenant).uuid},
    "review-detail": lambda tenant: {"uuid": ReviewFactory(product__store__tenant=tenant).uuid},
    "store-detail": lambda tenant: {"uuid": StoreFactory(tenant=tenant).uuid},
}
