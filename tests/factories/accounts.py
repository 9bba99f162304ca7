"""Tenants and people, without surprises."""

from datetime import timedelta
from typing import Any

import factory
from allauth.account.models import EmailAddress
from django.utils.timezone import now
from factory.django import DjangoModelFactory

from accounts import services
from accounts.enums import Role, Scope, SyncStatus, Topic
from accounts.models import ApiKey, Integration, Invitation, Membership, Notification, SyncLog, Tenant, User

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory):
    """An approved, confirmed person; ``password`` is PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    is_approved = True
    is_email_confirmed = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> User:
        user = model_class.objects.create_user(kwargs.pop("email"), kwargs.pop("password", PASSWORD), **kwargs)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=user.is_email_confirmed)
        return user


class TenantFactory(DjangoModelFactory):
    """A tenant whose owner is its administrator."""

    class Meta:
        model = Tenant
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Shop {n}")
    slug = factory.Sequence(lambda n: f"shop-{n}")
    owner = factory.SubFactory(UserFactory)

    @factory.post_generation
    def _membership(self: Tenant, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and self.owner:
            MembershipFactory(tenant=self, user=self.owner, role=Role.ADMIN)


class MembershipFactory(DjangoModelFactory):
    """A person's place in a tenant."""

    class Meta:
        model = Membership

    tenant = factory.SubFactory(TenantFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OPERATOR


class InvitationFactory(DjangoModelFactory):
    """An open invitation."""

    class Meta:
        model = Invitation

    tenant = factory.SubFactory(TenantFactory)
    email = factory.Sequence(lambda n: f"guest{n}@example.com")
    role = Role.OPERATOR
    invited_by = factory.SelfAttribute("tenant.owner")
    expires_at = factory.LazyFunction(lambda: now() + timedelta(days=7))


class ApiKeyFactory(DjangoModelFactory):
    """A live key that may do everything; its text is ``secret`` on the row."""

    class Meta:
        model = ApiKey

    tenant = factory.SubFactory(TenantFactory)
    name = "Site"
    scopes = [Scope.ALL]

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> ApiKey:
        revoked_at = kwargs.pop("revoked_at", None)
        key, secret = services.issue_api_key(created_by=None, at=now(), **kwargs)
        if revoked_at:
            services.revoke_api_key(key, by=None, at=revoked_at)
        key.secret = secret  # type: ignore[attr-defined]  # for the test only
        return key


class IntegrationFactory(DjangoModelFactory):
    """A connected account of the platform DeepSeek."""

    class Meta:
        model = Integration

    tenant = factory.SubFactory(TenantFactory)
    platform_id = "deepseek"
    external_account = factory.Sequence(lambda n: f"account-{n}")
    status = "connected"


class SyncLogFactory(DjangoModelFactory):
    """A running synchronisation."""

    class Meta:
        model = SyncLog

    integration = factory.SubFactory(IntegrationFactory)
    status = SyncStatus.RUNNING
    started_at = factory.LazyFunction(now)


class NotificationFactory(DjangoModelFactory):
    """Something the owner should know."""

    class Meta:
        model = Notification

    tenant = factory.SubFactory(TenantFactory)
    user = factory.SelfAttribute("tenant.owner")
    topic = Topic.TEAM
    title = "Кто-то вошёл"
    key = factory.Sequence(lambda n: f"key-{n}")
