"""Who asks the API for what."""

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from accounts.models import OwnedQuerySet, User


def person_of(request: Request) -> User | None:
    """Return who acts: the person, or None for a key, whose scope was checked."""
    return request.user if isinstance(request.user, User) else None


def asked(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return what the request says, checked."""
    payload = kind(data=request.data)
    payload.is_valid(raise_exception=True)
    return dict(payload.validated_data)


def named(rows: "OwnedQuerySet[Any]", uuid: UUID, request: Request) -> Any:
    """Return a row of the current tenant that the request names in its body.

    Raises:
        Http404: there is none that the caller may see.
    """
    caller: Any = request
    found = rows.visible_to(request.user).of(caller.tenant).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return found
