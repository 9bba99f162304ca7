"""What sellers' people read at the top of their pages."""

from datetime import datetime
from typing import Final

from django.core.cache import caches

from accounts.enums import Role
from accounts.models import Announcement, AnnouncementDismissal, User

KEY: Final = "accounts.announcements"
SECONDS: Final = 15  # until a new one is seen everywhere
MOST: Final = 3


def announcements_for(user: User, *, role: Role | None, at: datetime) -> list[Announcement]:
    """Return what the person has to read now; while nothing is announced this asks the database nothing."""
    cache = caches["process"]
    known: list[int] | None = cache.get(KEY)
    if known is None:
        known = list(Announcement.objects.live(at=at).values_list("pk", flat=True))
        cache.set(KEY, known, SECONDS)
    if not known:
        return []
    rows = Announcement.objects.live(at=at).filter(pk__in=known).unread_by(user)
    return [row for row in rows if row.is_for(role)][:MOST]


def forget_announcements() -> None:
    """Let this process see a changed announcement at once."""
    caches["process"].delete(KEY)


def dismiss(announcement: Announcement, *, user: User, at: datetime) -> None:
    """Put an announcement away for one person; doing it twice is the same."""
    if announcement.is_dismissable:
        AnnouncementDismissal.objects.get_or_create(announcement=announcement, user=user, defaults={"created_at": at})
