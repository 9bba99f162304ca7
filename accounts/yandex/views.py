"""The two steps of log-in with Yandex ID."""

from typing import Any

from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.yandex.views import YandexOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts import letters


class YandexAdapter(YandexOAuth2Adapter):
    """Talks to the addresses of ``settings.SERVICES``."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.authorize_url = settings.SERVICES["YANDEX_OAUTH_URL"]
        self.access_token_url = settings.SERVICES["YANDEX_TOKEN_URL"]
        self.profile_url = settings.SERVICES["YANDEX_PROFILE_URL"]

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Return the one address that is registered with Yandex, whatever host was asked."""
        return letters.absolute(reverse("yandex_callback"))


oauth2_login = OAuth2LoginView.adapter_view(YandexAdapter)
oauth2_callback = OAuth2CallbackView.adapter_view(YandexAdapter)
