"""Which row each address of marketplace is about."""

from tests.factories.marketplace import (
    NOON,
    ChatFactory,
    ComplaintFactory,
    ProductFactory,
    QuestionFactory,
    ReviewFactory,
    StoreFactory,
    UploadFactory,
)


def a_chat(tenant):
    return {"uuid": ChatFactory(store__tenant=tenant).uuid}


def a_complaint(tenant):
    return {"uuid": ComplaintFactory(review__product__store__tenant=tenant).uuid}


def an_upload(tenant):
    return {"uuid": UploadFactory(store__tenant=tenant).uuid}


CASES = {
    "complaint": a_complaint,
    "move_complaint": a_complaint,
    "draft_complaint": lambda tenant: {"uuid": ReviewFactory(product__store__tenant=tenant).uuid},
    "extension_upload": an_upload,
    "extension-upload-detail": an_upload,
    "extension-upload-problems": an_upload,
    "extension-complaint-detail": lambda tenant: {
        "uuid": ComplaintFactory(review__product__store__tenant=tenant, ready_at=NOON).uuid
    },
    "extension-complaint-sent": lambda tenant: {
        "uuid": ComplaintFactory(review__product__store__tenant=tenant, ready_at=NOON).uuid
    },
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
