"""Where Jira and Zendesk knock."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from operators.services import inward


@csrf_exempt
@login_not_required
@require_POST
def helpdesk(request: HttpRequest, uuid: UUID, platform: str) -> HttpResponse:
    """Take what a help desk tells; an unknown connection and a wrong signature look alike."""
    integration = inward.integration_of(platform, uuid)
    if integration is None or not inward.is_theirs(integration, request.body, request.headers):
        return HttpResponse(status=403)
    body = inward.as_json(request.body)
    if body is None:
        return HttpResponse(status=400)
    taken = inward.take(integration, request.body, body, request.headers, at=now())
    return HttpResponse(status=403 if taken is None else 200)
