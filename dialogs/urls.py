"""Pages of dialogs and the widget's addresses."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from dialogs.api import visitor

urlpatterns = [
    path("widget/<uuid:uuid>/config/", login_not_required(visitor.ConfigView.as_view()), name="widget_config"),
    path("widget/<uuid:uuid>/session/", login_not_required(visitor.SessionView.as_view()), name="widget_session"),
    path("widget/<uuid:uuid>/messages/", login_not_required(visitor.MessagesView.as_view()), name="widget_messages"),
    path("widget/<uuid:uuid>/command/", login_not_required(visitor.CommandView.as_view()), name="widget_command"),
]
