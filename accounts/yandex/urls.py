"""Addresses of log-in with Yandex ID: /accounts/yandex/login/ and its callback."""

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from accounts.yandex.provider import YandexProvider

urlpatterns = default_urlpatterns(YandexProvider)
