"""How the OpenAPI document of the API describes itself."""

from typing import Any, Final

DESCRIPTION: Final = """Assistants, knowledge, dialogs, tickets, Wildberries reputation and balance of a seller.

**Who calls.** Programs send `Authorization: Api-Key <key>`; people `Authorization: Bearer <access token>` from
`POST /api/v1/auth/token/`. A person of several shops names one in the header `Otklik-Tenant` (its uuid).

**Scopes.** `all` may do everything an administrator may, `read` may read, `ask` may ask assistants, `extension` is the
browser extension's. `x-scopes` of an operation lists those that are enough for it; none means people only.

**Writing twice.** Every POST takes an `Idempotency-Key`: its repeats within 24 hours get the first answer again, marked
`Idempotent-Replayed: true`.

**Pages.** Lists return `results`, `next` and `previous`; follow `next` until it is null. `limit` is the size of a page.

**Refusals** are problems (RFC 9457, `application/problem+json`) with a stable `code`.

**Limits.** Every answer says `RateLimit` and `RateLimit-Policy` (and `X-RateLimit-Limit`, `-Remaining`, `-Reset`);
a refusal with 429 says `Retry-After` in seconds.
"""

SPECTACULAR_SETTINGS: Final[dict[str, Any]] = {
    "TITLE": "Otklik API",
    "VERSION": "1",
    "DESCRIPTION": DESCRIPTION,
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api_schema.complete",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "EventType": "accounts.enums.EventType",
        "WebhookStatus": "accounts.enums.WebhookStatus",
        "SyncStatus": "accounts.enums.SyncStatus",
        "DocumentStatus": "knowledge.enums.DocumentStatus",
        "CrawlStatus": "knowledge.enums.CrawlStatus",
        "EntryStatus": "knowledge.enums.EntryStatus",
        "GapStatus": "knowledge.enums.GapStatus",
        "PassageSource": "knowledge.enums.Source",
        "WebSourceKind": "knowledge.enums.WebSourceKind",
        "ModelKind": "assistants.enums.ModelKind",
        "ExampleStatus": "assistants.enums.ExampleStatus",
        "EvaluationStatus": "assistants.enums.EvaluationStatus",
        "Channel": "dialogs.enums.Channel",
        "DialogStatus": "dialogs.enums.DialogStatus",
        "Sender": "dialogs.enums.Sender",
        "BulkKind": "marketplace.replies.BulkKind",
        "Speaker": "dialogs.enums.Speaker",
        "AttachmentKind": "dialogs.enums.AttachmentKind",
        "TicketSource": "operators.enums.TicketSource",
        "TicketStatus": "operators.enums.TicketStatus",
        "CompletionReason": "marketplace.enums.CompletionReason",
        "DecidedBy": "marketplace.enums.DecidedBy",
        "ChatSender": "marketplace.enums.ChatSender",
        "ChatStatus": "marketplace.enums.ChatStatus",
        "ComplaintStatus": "marketplace.enums.ComplaintStatus",
        "StoreStatus": "marketplace.enums.StoreStatus",
    },
}
