"""Which row each address of marketplace is about."""

from uuid import uuid4

from marketplace.enums import LinkMethod
from marketplace.models import BulkJob, SavedFilter, SequenceTemplate
from marketplace.replies import OutgoingKind
from tests.factories.marketplace import (
    NOON,
    ChatFactory,
    ChatMessageFactory,
    ComplaintFactory,
    OutgoingFactory,
    ProductFactory,
    QuestionFactory,
    ReviewFactory,
    StoreFactory,
    UploadFactory,
)


def a_store(tenant):
    return {"uuid": StoreFactory(tenant=tenant).uuid}


def a_chat(tenant):
    return {"uuid": ChatFactory(store__tenant=tenant).uuid}


def a_complaint(tenant):
    return {"uuid": ComplaintFactory(review__product__store__tenant=tenant).uuid}


def an_upload(tenant):
    return {"uuid": UploadFactory(store__tenant=tenant).uuid}


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


def a_review(tenant):
    return {"uuid": ReviewFactory(product__store__tenant=tenant).uuid}


def a_question(tenant):
    return {"uuid": QuestionFactory(store__tenant=tenant).uuid}


def a_reply(tenant):
    return {"uuid": OutgoingFactory(review__product__store__tenant=tenant).uuid}


def a_message_on_its_way(tenant):
    chat = ChatFactory(store__tenant=tenant)
    row = chat.outgoing.create(tenant=tenant, store=chat.store, kind=OutgoingKind.CHAT_MESSAGE, text="Ждём ответа")
    return {"uuid": chat.uuid, "outgoing": row.uuid}


def a_template(tenant):
    steps = [{"day": 1, "text": "Ждём ответа"}]
    return {"uuid": SequenceTemplate.objects.create(tenant=tenant, name=f"Тишина {uuid4()}", steps=steps).uuid}


def a_filter(tenant):
    return {"uuid": SavedFilter.objects.create(tenant=tenant, name=f"Плохие {uuid4()}", query={"rating": "bad"}).uuid}


def a_job(tenant):
    return {"uuid": BulkJob.objects.create(tenant=tenant, kind="draft", status="done").uuid}


def a_reminder(tenant):
    chat = ChatFactory(store__tenant=tenant)
    return {"uuid": chat.sequences.create(tenant=tenant, store=chat.store).uuid}


CASES = {
    **dict.fromkeys(
        (
            "complaint-regenerate",
            "complaint-ready",
            "complaint-sent",
            "complaint-outcome",
            "complaint-estimate",
        ),
        a_complaint,
    ),
    **dict.fromkeys(
        (
            "chat-send",
            "chat-draft",
            "chat-links",
            "chat-link",
            "chat-unlink",
            "chat-start-reminders",
            "chat-stop-reminders",
        ),
        a_chat,
    ),
    **dict.fromkeys(("drop_filter", "saved-filter-detail"), a_filter),
    **dict.fromkeys(("bulk_job", "bulk_act", "bulk-job-detail", "bulk-job-stop", "bulk-job-undo"), a_job),
    "product_reply_rule": lambda tenant: {"uuid": ProductFactory(store__tenant=tenant).uuid},
    "reminder-template-detail": a_template,
    "reminder-detail": a_reminder,
    "product-rule": lambda tenant: {"uuid": ProductFactory(store__tenant=tenant).uuid},
    "store-rule": a_store,
    "outgoing-reply-resolve": a_reply,
    **dict.fromkeys(
        ("review", "review_act", "review-draft", "review-approve", "review-edit-draft", "review-edit-answer"), a_review
    ),
    **dict.fromkeys(
        ("question", "question_act", "question-draft", "question-approve", "question-reject", "question-edit-draft"),
        a_question,
    ),
    **dict.fromkeys(("reply_act", "outgoing-reply-detail", "outgoing-reply-cancel"), a_reply),
    "desk_rule": lambda tenant: {"uuid": StoreFactory(tenant=tenant).uuid},
    "chat_say": a_chat,
    "chat_draft": a_chat,
    "chat_remind": a_chat,
    "chat_settle": a_message_on_its_way,
    "sequence_template": a_template,
    "sequence_template_delete": a_template,
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
    "product": lambda tenant: {"uuid": ProductFactory(store__tenant=tenant).uuid},
    "default_rule": lambda tenant: {"uuid": StoreFactory(tenant=tenant).uuid},
    "review-detail": lambda tenant: {"uuid": ReviewFactory(product__store__tenant=tenant).uuid},
    "replace_tokens": a_store,
    "store": a_store,
    "store-detail": a_store,
    "store_command": lambda tenant: {**a_store(tenant), "verb": "disconnect"},
}
PUBLIC = {
    "sandbox_picture": "a made-up picture of the sandbox, which belongs to nobody",
    "chat_column": "a column's name is no row: every tenant sees their own chats in it",
}
