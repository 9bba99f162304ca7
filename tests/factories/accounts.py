"""Tenants and people, without surprises."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.enums import Role
from accounts.models import Membership, Tenant, User

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
        return model_class.objects.create_user(kwargs.pop("email"), kwargs.pop("password", None), **kwargs)


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
