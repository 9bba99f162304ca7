"""Bots and numbers on messengers, as a resource."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Role
from assistants.models import Assistant, BotInstance
from config.resources import OwnedReadOnlyViewSet, public_id
from dialogs.services import bots


class BotSerializer(serializers.ModelSerializer[BotInstance]):
    """A bot as its owner sees it: the token by its last characters."""

    assistant = public_id("Who answers there.")
    health = serializers.SerializerMethodField(help_text="What the last check found.")

    class Meta:
        model = BotInstance
        fields = [
            "uuid", "platform", "name", "username", "assistant", "is_active", "token_last4", "health", "last_error",
            "last_error_message", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_health(self, bot: BotInstance) -> dict[str, Any]:
        """Return what the last check found."""
        found: dict[str, Any] = bot.settings.get("health", {})
        return found


class BotConnection(serializers.Serializer[Any]):
    """A Telegram bot to connect."""

    assistant = serializers.UUIDField()
    token = serializers.CharField(max_length=128, write_only=True)
    name = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")


class BotViewSet(OwnedReadOnlyViewSet):
    """The shop's bots and numbers; administrators connect, start, stop and disconnect them."""

    serializer_class = BotSerializer
    queryset = BotInstance.objects.select_related("assistant", "tenant")
    write_role = Role.ADMIN

    @extend_schema(request=BotConnection, responses={status.HTTP_201_CREATED: BotSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Connect a Telegram bot by its token and start it."""
        payload = BotConnection(data=request.data)
        payload.is_valid(raise_exception=True)
        fields = payload.validated_data
        own = Assistant.objects.visible_to(request.user).of(request.tenant)  # type: ignore[attr-defined]  # ours
        assistant = get_object_or_404(own, uuid=fields["assistant"])
        bot = bots.connect_telegram(assistant, token=fields["token"], name=fields["name"], at=now())
        return Response(self.get_serializer(bot).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={status.HTTP_204_NO_CONTENT: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Disconnect a bot and erase its token."""
        bots.disconnect(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=BotSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, **kwargs: Any) -> Response:
        """Have the bot answer."""
        bot = self.get_object()
        bots.start(bot, at=now())
        return Response(self.get_serializer(bot).data)

    @extend_schema(request=None, responses=BotSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, **kwargs: Any) -> Response:
        """Have the bot pause; the messenger keeps what customers write for a day."""
        bot = self.get_object()
        bots.stop(bot)
        return Response(self.get_serializer(bot).data)

    @extend_schema(request=None, responses=BotSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, **kwargs: Any) -> Response:
        """Ask the messenger how the bot is doing."""
        bot = self.get_object()
        bots.check(bot, at=now())
        return Response(self.get_serializer(bot).data)
