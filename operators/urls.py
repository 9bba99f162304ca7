"""Pages of operators."""

from django.urls import path

from operators import views

urlpatterns = [path("console/", views.console, name="console")]
