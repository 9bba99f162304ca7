"""Which row each address of dialogs is about."""

from tests.factories.assistants import AssistantFactory, BotFactory
from tests.factories.dialogs import AttachmentFactory, ContactFactory, DialogFactory, MessageFactory


def a_dialog(tenant):
    return {"uuid": DialogFactory(tenant=tenant).uuid}


def a_message(tenant):
    message = MessageFactory(dialog=DialogFactory(tenant=tenant))
    return {"uuid": message.dialog.uuid, "message": message.uuid}


def a_bot(tenant):
    return {"uuid": BotFactory(assistant=AssistantFactory(tenant=tenant)).uuid}


def a_file(tenant):
    file = AttachmentFactory(message=MessageFactory(dialog=DialogFactory(tenant=tenant)))
    return {"uuid": file.dialog.uuid, "file": file.uuid}


def an_assistant(tenant):
    return {"uuid": AssistantFactory(tenant=tenant).uuid}


CASES = {
    "contact-detail": lambda tenant: {"uuid": ContactFactory(tenant=tenant).uuid},
    "bot": a_bot,
    "bot-check": a_bot,
    "bot-detail": a_bot,
    "bot-start": a_bot,
    "bot-stop": a_bot,
    "bot_command": lambda tenant: {**a_bot(tenant), "verb": "stop"},
    "dialog": a_dialog,
    "dialog-close": a_dialog,
    "dialog-detail": a_dialog,
    "dialog-file": a_file,
    "dialog-files": a_dialog,
    "dialog-messages": a_dialog,
    "dialog_close": a_dialog,
    "dialog_file": a_file,
    "dialog_news": a_dialog,
    "dialog_teach": a_message,
    "widget_identity": an_assistant,
    "widget_look": an_assistant,
    "widget_preview": an_assistant,
}
VISITORS = "every visitor of the seller's site uses it, with a token of their own for their dialog"
PUBLIC = dict.fromkeys(
    (
        "widget_command",
        "widget_config",
        "widget_demo",
        "widget_file",
        "widget_files",
        "widget_frame",
        "widget_forget",
        "widget_history",
        "widget_identify",
        "widget_loader",
        "widget_messages",
        "widget_session",
        "widget_ticket",
        "widget_transcript",
    ),
    VISITORS,
)
MESSENGERS = "messengers call it; they prove themselves by a secret or a signature"
PUBLIC |= dict.fromkeys(("telegram_webhook", "whatsapp_webhook"), MESSENGERS)
PUBLIC["signed_file"] = "a signature that is good for minutes names the file"
