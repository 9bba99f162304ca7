"""Liveness, readiness and metrics."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis import Redis
from redis.exceptions import RedisError

_migrated = False


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process runs; depends on nothing."""
    return JsonResponse({"status": "ok"})


@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether this process can serve: the database answers and is migrated.

    Redis carries hints only, so its loss is reported and does not turn the
    answer red.
    """
    try:
        migrated = _is_migrated()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    body = {"status": "ok" if migrated else "migrating", "database": "ok", "redis": _redis_state()}
    return JsonResponse(body, status=200 if migrated else 503)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Return Prometheus metrics of this process, to the machine itself or with the token."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    expected = getattr(settings, "METRICS_TOKEN", "")
    is_local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not settings.SECURE_PROXY_SSL_HEADER
    if not (is_local or (expected and token == expected)):
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _is_migrated() -> bool:
    global _migrated  # noqa: PLW0603 -- a process never becomes unmigrated
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _redis_state() -> str:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
            redis.ping()
    except (RedisError, OSError):
        return "down"
    return "ok"
