"""Which row each address of dialogs is about."""

from tests.factories.dialogs import DialogFactory, MessageFactory


def a_dialog(tenant):
    return {"uuid": DialogFactory(tenant=tenant).uuid}


def a_message(tenant):
    message = MessageFactory(dialog=DialogFactory(tenant=tenant))
    return {"uuid": message.dialog.uuid, "message": message.uuid}


CASES = {
    "dialog": a_dialog,
    "dialog-close": a_dialog,
    "dialog-detail": a_dialog,
    "dialog-messages": a_dialog,
    "dialog_close": a_dialog,
    "dialog_news": a_dialog,
    "dialog_teach": a_message,
}
VISITORS = "every visitor of the seller's site uses it, with a token of their own for their dialog"
PUBLIC = dict.fromkeys(
    (
        "widget_command",
        "widget_config",
        "widget_demo",
        "widget_frame",
        "widget_loader",
        "widget_messages",
        "widget_session",
    ),
    VISITORS,
)
