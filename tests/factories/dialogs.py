"""Customers and conversations, without surprises."""

import factory
from factory.django import DjangoModelFactory

from dialogs.enums import Channel
from dialogs.models import Contact, Dialog
from tests.factories.accounts import TenantFactory


class ContactFactory(DjangoModelFactory):
    """A customer with a name."""

    class Meta:
        model = Contact

    tenant = factory.SubFactory(TenantFactory)
    first_name = "Анна"


class DialogFactory(DjangoModelFactory):
    """An open conversation on the seller's site."""

    class Meta:
        model = Dialog

    tenant = factory.SubFactory(TenantFactory)
    contact = factory.SubFactory(ContactFactory, tenant=factory.SelfAttribute("..tenant"))
    platform = Channel.WIDGET
    session_id = factory.Sequence(lambda n: f"visitor-{n}")
