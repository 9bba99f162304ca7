"""Questions about what protects the data: backups, their rehearsals, room on the disk, Redis."""

import shutil
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from config.database import backups, restoring
from config.database.answers import Answer, State, span

OLD_BACKUP: Final = timedelta(hours=36)
OLD_DRILL: Final = timedelta(days=35)
LISTED: Final = 20
LITTLE_SPACE: Final = 512  # megabytes


def last_backup(at: datetime) -> Answer:
    """When was the last backup?"""
    known = backups.backups()
    if not known:
        state, summary = State.WARNING, _("there is none: manage.py backup")
    else:
        age = at - known[0].created_at
        state = State.WARNING if age > OLD_BACKUP else State.OK
        summary = _("{age} ago, {count} kept").format(age=span(age), count=len(known))
    return Answer(
        name="backup",
        title=_("Last backup"),
        state=state,
        summary=summary,
        columns=[_("backup"), _("bytes"), _("seconds"), _("rows")] if known else (),
        rows=[(b.name, b.size, b.seconds, sum(b.facts.rows.values())) for b in known[:LISTED]],
    )


def last_drill(at: datetime) -> Answer:
    """When was a restore rehearsed, and did it go well?"""
    known = restoring.drills()
    if not known:
        state, summary = State.NOTE, _("never: manage.py restore_drill")
    elif not known[0].is_passed:
        state, summary = State.ERROR, "; ".join(known[0].problems)
    else:
        age = at - known[0].at
        state = State.WARNING if age > OLD_DRILL else State.OK
        summary = _("{age} ago, {seconds} s").format(age=span(age), seconds=known[0].seconds)
    return Answer(name="drill", title=_("Last restore drill"), state=state, summary=summary)


def space(at: datetime) -> Answer:
    """Is there room on the disk of the data folder?"""
    free = shutil.disk_usage(settings.DATA_ROOT if settings.DATA_ROOT.exists() else settings.BASE_DIR).free // 2**20
    state = State.OK if free >= LITTLE_SPACE else State.ERROR
    return Answer(name="space", title=_("Free disk space"), state=state, summary=_("{free} MB").format(free=free))


def queue(at: datetime) -> Answer:
    """Does Redis answer? Without it everything waits, and nothing is lost."""
    try:
        cache.get("doctor")
    except (RedisError, OSError) as error:
        return Answer(name="redis", title="Redis", state=State.ERROR, summary=str(error)[:200])
    return Answer(name="redis", title="Redis", state=State.OK, summary=_("answers"))
