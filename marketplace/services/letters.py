"""Letters about stores."""

from django.urls import reverse

from accounts import letters
from marketplace.models import Store
from marketplace.services.stores import expiries


def warn_of_token(store_id: int) -> None:
    """Write to the owner of a store whose token expires soon."""
    store = Store.objects.select_related("tenant__owner", "integration").filter(pk=store_id).first()
    soonest = expiries(store) if store else []
    if store is None or store.tenant.owner is None or not soonest:
        return
    owner, url = store.tenant.owner, letters.absolute(reverse("replace_tokens", args=[store.uuid]))
    facts = {"user": owner, "store": store, "expires_at": soonest[0][1], "url": url}
    letters.send("token_expiring", to=owner.email, language=owner.language_code, **facts)
