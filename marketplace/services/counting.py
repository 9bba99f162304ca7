"""Reviews counted by day and topic, in the database, so that pages read a few hundred rows instead of a million."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max, Min

from marketplace.models import Review, Store
from marketplace.topics import TOPICS

# What Wildberries leaves out of the rating is left out here too.
COUNTED: Final = "r.gone_at IS NULL AND r.review_status_wb NOT IN ('excluded', 'unpublished')"
DAY: Final = "(r.date AT TIME ZONE %(zone)s)::date"
SCOPE: Final = "r.store_id = %(store)s AND r.date >= %(begin)s AND r.date < %(end)s"
CLEAR: Final = "DELETE FROM {table} WHERE store_id = %(store)s AND day >= %(first)s AND day <= %(last)s"
COUNT_DAYS: Final = f"""
INSERT INTO review_days (tenant_id, store_id, product_id, day, stars_1, stars_2, stars_3, stars_4, stars_5,
                         answered, answer_seconds)
SELECT r.tenant_id, r.store_id, r.product_id, {DAY},
       count(*) FILTER (WHERE r.rating = 1), count(*) FILTER (WHERE r.rating = 2),
       count(*) FILTER (WHERE r.rating = 3), count(*) FILTER (WHERE r.rating = 4),
       count(*) FILTER (WHERE r.rating = 5), count(r.answered_at),
       coalesce(sum(greatest(extract(epoch FROM r.answered_at - r.date), 0)), 0)::bigint
  FROM reviews r WHERE {SCOPE} AND {COUNTED}
 GROUP BY 1, 2, 3, 4
"""  # noqa: S608 -- made of the constants above
COUNT_TOPICS: Final = f"""
INSERT INTO review_topic_days (tenant_id, store_id, product_id, topic, day, count)
SELECT r.tenant_id, r.store_id, r.product_id, t.topic, {DAY}, count(*)
  FROM (SELECT *, translate(lower(concat_ws(' ', text, pros, cons)), 'ё', 'е') AS words FROM reviews r
         WHERE {SCOPE} AND r.rating <= 3 AND {COUNTED}) r
  JOIN unnest(%(topics)s::text[], %(patterns)s::text[]) AS t (topic, pattern) ON r.words ~ t.pattern
 GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 -- made of the constants above


def recount_all(*, at: datetime) -> int:
    """Count every store anew; runs nightly. Return how many there were."""
    stores = list(Store.objects.select_related("tenant"))
    for store in stores:
        recount(store)
    return len(stores)


def recount(store: Store, *, first: date | None = None, last: date | None = None) -> None:
    """Count a store's reviews of these days, or of all, anew; one at a time per store."""
    known = Review.objects.filter(store=store).aggregate(first=Min("date"), last=Max("date"))
    if known["first"] is None:
        return
    zone = ZoneInfo(store.tenant.timezone)
    days = {"first": first or date.min, "last": last or date.max}
    begin = max(days["first"], known["first"].astimezone(zone).date())
    end = min(days["last"], known["last"].astimezone(zone).date())
    values: dict[str, Any] = {
        "store": store.pk,
        "zone": str(zone),
        **days,
        "begin": _midnight(begin, zone),
        "end": _midnight(end + timedelta(days=1), zone),
        "topics": list(TOPICS),
        "patterns": [topic.pattern for topic in TOPICS.values()],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('review_days'), %s)", [store.pk % 2**31])
        for table, statement in (("review_days", COUNT_DAYS), ("review_topic_days", COUNT_TOPICS)):
            cursor.execute(CLEAR.format(table=table), values)
            cursor.execute(statement, values)


def recount_of(review_ids: Iterable[int]) -> None:
    """Count the days of these reviews anew, store by store."""
    rows = Review.objects.filter(pk__in=list(review_ids)).order_by().values("store_id")
    for row in rows.annotate(first=Min("date"), last=Max("date")):
        store = Store.objects.select_related("tenant").get(pk=row["store_id"])
        zone = ZoneInfo(store.tenant.timezone)
        recount(store, first=row["first"].astimezone(zone).date(), last=row["last"].astimezone(zone).date())


def _midnight(day: date, zone: Any) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
