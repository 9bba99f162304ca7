"""Shapes of accounts' resources."""

from typing import Any

from rest_framework import serializers

from accounts import services
from accounts.adapters import LONGEST_PASSWORD
from accounts.enums import MetricType, Role, Scope
from accounts.models import ApiKey, Integration, Invitation, Membership, Platform, SyncLog, Tenant, User

LONGEST_CREDENTIAL = 8000


class CredentialsSerializer(serializers.Serializer[Any]):
    """What a person logs in with."""

    email = serializers.CharField(max_length=255)
    password = serializers.CharField(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True)
    code = serializers.CharField(max_length=16, required=False, help_text="Of the second factor, if there is one.")


class TokenPairSerializer(serializers.Serializer[Any]):
    """A token to call with, and one to renew it."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class RefreshSerializer(serializers.Serializer[Any]):
    """The token that renews."""

    refresh = serializers.CharField(max_length=4096)


class AccessSerializer(serializers.Serializer[Any]):
    """A fresh token to call with."""

    access = serializers.CharField()


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person."""

    class Meta:
        model = User
        fields = ("uuid", "email", "full_name", "phone", "language_code", "timezone", "created_at")
        read_only_fields = fields


class TenantSerializer(serializers.ModelSerializer[Tenant]):
    """A shop and what the caller may do in it."""

    role = serializers.SerializerMethodField()

    class Meta:
        model = Tenant
        fields = ("uuid", "name", "slug", "language_code", "timezone", "is_demo", "role", "created_at")
        read_only_fields = ("uuid", "slug", "is_demo", "created_at")

    def get_role(self, tenant: Tenant) -> Role | None:
        """Return the caller's role."""
        return services.role_of(self.context["request"].user, tenant)


class MeSerializer(serializers.Serializer[Any]):
    """Who calls, and for which shops."""

    kind = serializers.ChoiceField(choices=["person", "api_key"])
    person = PersonSerializer(allow_null=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    tenants = TenantSerializer(many=True)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A member of the team."""

    uuid = serializers.UUIDField(source="user.uuid", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)
    full_name = serializers.CharField(source="user.full_name", read_only=True)

    class Meta:
        model = Membership
        fields = ("uuid", "email", "full_name", "role", "created_at")
        read_only_fields = ("created_at",)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """A person asked to join."""

    class Meta:
        model = Invitation
        fields = ("uuid", "email", "role", "expires_at", "accepted_at", "revoked_at", "created_at")
        read_only_fields = ("uuid", "expires_at", "accepted_at", "revoked_at", "created_at")


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    """A key, without its text."""

    class Meta:
        model = ApiKey
        fields = ("uuid", "name", "prefix", "scopes", "expires_at", "last_used_at", "revoked_at", "created_at")
        read_only_fields = ("uuid", "prefix", "last_used_at", "revoked_at", "created_at")
        extra_kwargs = {"scopes": {"allow_empty": False}}


class NewApiKeySerializer(ApiKeySerializer):
    """A key with its text, which is shown this once."""

    key = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = (*ApiKeySerializer.Meta.fields, "key")  # type: ignore[assignment]  # one field more


class PlatformSerializer(serializers.ModelSerializer[Platform]):
    """A kind of outside system."""

    class Meta:
        model = Platform
        fields = ("id", "name", "display_name", "type", "region", "capabilities", "required_credentials")
        read_only_fields = fields


class IntegrationSerializer(serializers.ModelSerializer[Integration]):
    """A connection; its credentials go in whole and come out masked."""

    platform = serializers.SlugRelatedField(slug_field="id", queryset=Platform.objects.filter(is_active=True))
    credentials = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_CREDENTIAL, trim_whitespace=False), write_only=True
    )
    masked_credentials = serializers.SerializerMethodField()

    class Meta:
        model = Integration
        fields = (
            "uuid",
            "platform",
            "name",
            "external_account",
            "credentials",
            "masked_credentials",
            "settings",
            "status",
            "status_message",
            "last_sync_at",
            "next_sync_at",
            "sync_interval_minutes",
            "created_at",
            "updated_at",
        )
        read_only_fields = (
            "uuid",
            "status",
            "status_message",
            "last_sync_at",
            "next_sync_at",
            "sync_interval_minutes",
            "created_at",
            "updated_at",
        )

    def get_masked_credentials(self, integration: Integration) -> dict[str, str]:
        """Return the last characters of each credential."""
        return services.masked_credentials(integration)


class IntegrationChangeSerializer(IntegrationSerializer):
    """What of a connection can change."""

    class Meta(IntegrationSerializer.Meta):
        read_only_fields = (*IntegrationSerializer.Meta.read_only_fields, "external_account")  # type: ignore[assignment]  # one field more
        extra_kwargs = {"platform": {"read_only": True}}

    platform = serializers.SlugRelatedField(slug_field="id", read_only=True)  # type: ignore[assignment]  # narrower on purpose


class SyncLogSerializer(serializers.ModelSerializer[SyncLog]):
    """One run of a synchronisation."""

    integration: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(slug_field="uuid", read_only=True)

    class Meta:
        model = SyncLog
        fields = (
            "integration",
            "sync_type",
            "direction",
            "status",
            "records_requested",
            "records_synced",
            "records_failed",
            "errors",
            "error_message",
            "started_at",
            "completed_at",
            "duration_seconds",
        )
        read_only_fields = fields


class MetricSerializer(serializers.Serializer[Any]):
    """One number about a connection over one period."""

    metric = serializers.ChoiceField(MetricType.choices)
    period_start = serializers.DateTimeField()
    value = serializers.DecimalField(max_digits=15, decimal_places=4)
