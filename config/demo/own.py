"""An example shop of a person's own: small, theirs alone, and gone when they delete it."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final

from django.db import transaction

from accounts import services as accounts
from accounts.models import Tenant, User
from billing import services as billing
from config.demo.history import load_history
from config.demo.loading import make_assistant, make_replies, teach
from config.demo.material import articles, load
from config.demo.shelves import load_store

OPENING_BALANCE: Final = Decimal(500)
OPENED_DAYS_AGO: Final = 120
ARTICLES, DIALOGS = 12, 14


@transaction.atomic
def open_demo_shop(person: User, at: datetime) -> Tenant:
    """Open the person's example shop; a second call returns the one there is."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    known = Tenant.objects.filter(owner=person, is_demo=True, is_active=True).first()
    if known is not None:
        return known
    tenant = accounts.open_tenant(person, name=f"{load('shop')['name']} (пример)", at=at)
    Tenant.objects.filter(pk=tenant.pk).update(is_demo=True)
    tenant.is_demo = True
    opened_at = at - timedelta(days=OPENED_DAYS_AGO)
    billing.top_up(tenant, amount=OPENING_BALANCE, key="demo:opening", at=opened_at, description="Пополнение счёта")
    assistant = make_assistant(tenant)
    make_replies(tenant)
    load_history(tenant, assistant, at=at, who=lambda _: person, most=DIALOGS)
    load_store(tenant, at=at, connects=False)
    for article in islice(articles(), ARTICLES):
        teach(tenant, assistant, article, person, at=at)
    return tenant
