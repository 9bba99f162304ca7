"""The provider that allauth lists when YANDEX_CLIENT_ID is set (see SOCIALACCOUNT_PROVIDERS)."""

from allauth.socialaccount.providers.yandex.provider import YandexProvider as AllauthYandexProvider

from accounts.yandex.views import YandexAdapter


class YandexProvider(AllauthYandexProvider):
    """Yandex ID, reached through our adapter."""

    name = "Яндекс ID"
    oauth2_adapter_class = YandexAdapter
