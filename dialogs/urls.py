"""Pages of dialogs and the widget's addresses."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from dialogs.api import parting, visitor
from dialogs.views import bots, dashboard, files, looks, webhooks, widget

urlpatterns = [
    path("widget/<uuid:uuid>/config/", login_not_required(visitor.ConfigView.as_view()), name="widget_config"),
    path("widget/<uuid:uuid>/ticket/", login_not_required(visitor.TicketView.as_view()), name="widget_ticket"),
    path("widget/<uuid:uuid>/session/", login_not_required(visitor.SessionView.as_view()), name="widget_session"),
    path("widget/<uuid:uuid>/identify/", login_not_required(visitor.IdentifyView.as_view()), name="widget_identify"),
    path("widget/<uuid:uuid>/history/", login_not_required(parting.HistoryView.as_view()), name="widget_history"),
    path(
        "widget/<uuid:uuid>/transcript/", login_not_required(parting.TranscriptView.as_view()), name="widget_transcript"
    ),
    path("widget/<uuid:uuid>/forget/", login_not_required(parting.ForgetView.as_view()), name="widget_forget"),
    path("widget/<uuid:uuid>/messages/", login_not_required(visitor.MessagesView.as_view()), name="widget_messages"),
    path("widget/<uuid:uuid>/files/", login_not_required(visitor.FilesView.as_view()), name="widget_files"),
    path("widget/<uuid:uuid>/files/<uuid:file>/", login_not_required(visitor.FileView.as_view()), name="widget_file"),
    path("widget/<uuid:uuid>/command/", login_not_required(visitor.CommandView.as_view()), name="widget_command"),
    path("webhooks/telegram/<uuid:uuid>/", webhooks.telegram, name="telegram_webhook"),
    path("webhooks/whatsapp/<uuid:uuid>/", webhooks.whatsapp, name="whatsapp_webhook"),
    # pages
    path("bots/", bots.bots, name="bots"),
    path("bots/telegram/new/", bots.connect_telegram, name="connect_telegram"),
    path("bots/whatsapp/new/", bots.connect_whatsapp, name="connect_whatsapp"),
    path("bots/<uuid:uuid>/", bots.bot, name="bot"),
    path("bots/<uuid:uuid>/<slug:verb>/", bots.command, name="bot_command"),
    path("dialogs/<uuid:uuid>/files/<uuid:file>/", files.file, name="dialog_file"),
    path("files/<str:token>/", files.signed_file, name="signed_file"),
    path("widget/<uuid:uuid>.js", widget.loader, name="widget_loader"),
    path("widget/<uuid:uuid>/frame/", widget.frame, name="widget_frame"),
    path("widget/<uuid:uuid>/demo/", widget.demo, name="widget_demo"),
    path("assistants/<uuid:uuid>/widget/", looks.look, name="widget_look"),
    path("assistants/<uuid:uuid>/widget/preview/", looks.preview, name="widget_preview"),
    path("assistants/<uuid:uuid>/widget/identity/", looks.identity, name="widget_identity"),
    path("dialogs/", dashboard.dialogs, name="dialogs"),
    path("dialogs/export/", dashboard.export, name="dialogs_export"),
    path("dialogs/<uuid:uuid>/", dashboard.dialog, name="dialog"),
    path("dialogs/<uuid:uuid>/news/", dashboard.news, name="dialog_news"),
    path("dialogs/<uuid:uuid>/messages/<uuid:message>/teach/", dashboard.teach, name="dialog_teach"),
    path("dialogs/<uuid:uuid>/close/", dashboard.close, name="dialog_close"),
]
