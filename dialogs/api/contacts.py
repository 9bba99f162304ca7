"""End customers over the API."""

from django_filters.filters import CharFilter, ChoiceFilter, IsoDateTimeFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet
from rest_framework import serializers

from config.resources import OwnedReadOnlyViewSet
from dialogs.enums import Channel
from dialogs.models import Contact, ContactIdentity, Dialog


class IdentitySerializer(serializers.ModelSerializer[ContactIdentity]):
    """What one platform calls the customer."""

    class Meta:
        model = ContactIdentity
        fields = ("platform", "external_id", "username", "created_at")
        read_only_fields = fields


class WholeContactSerializer(serializers.ModelSerializer[Contact]):
    """A customer over all channels."""

    identities = IdentitySerializer(many=True, read_only=True)

    class Meta:
        model = Contact
        fields = (
            "uuid", "first_name", "last_name", "email", "phone", "language_code", "identities", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ContactFilter(FilterSet):
    """Which customers to list; e-mail, phone and id are compared as a whole."""

    email = CharFilter(field_name="email", max_length=255)
    phone = CharFilter(field_name="phone", max_length=50)
    platform = ChoiceFilter(field_name="identities__platform", choices=Channel.choices, distinct=True)
    external_id = CharFilter(field_name="identities__external_id", max_length=255, distinct=True)

    class Meta:
        model = Contact
        fields = ("email", "phone", "platform", "external_id")


class ContactViewSet(OwnedReadOnlyViewSet):
    """Customers, newest first."""

    queryset = Contact.objects.prefetch_related("identities")
    serializer_class = WholeContactSerializer
    filterset_class = ContactFilter


class DialogFilter(FilterSet):
    """Which conversations to list."""

    assistant = UUIDFilter(field_name="assistant__uuid", label="The assistant's uuid.")
    contact = UUIDFilter(field_name="contact__uuid", label="The customer's uuid.")
    created_after = IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", label="Begun then or later.")
    created_before = IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", label="Begun before.")

    class Meta:
        model = Dialog
        fields = ("status", "platform", "handoff_status", "fallback")
