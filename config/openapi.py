"""How the OpenAPI document of the API describes itself."""

from typing import Any, Final

SPECTACULAR_SETTINGS: Final[dict[str, Any]] = {
    "TITLE": "Otklik API",
    "VERSION": "1",
    "DESCRIPTION": "Assistants, knowledge, dialogs, tickets, Wildberries reputation and balance of a seller.",
    "SERVE_INCLUDE_SCHEMA": False,
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
        "DialogStatus": "dialogs.enums.DialogStatus",
        "Sender": "dialogs.enums.Sender",
        "TicketSource": "operators.enums.TicketSource",
        "TicketStatus": "operators.enums.TicketStatus",
        "ChatSender": "marketplace.enums.ChatSender",
        "ChatStatus": "marketplace.enums.ChatStatus",
        "ComplaintStatus": "marketplace.enums.ComplaintStatus",
        "StoreStatus": "marketplace.enums.StoreStatus",
    },
}
