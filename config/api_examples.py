"""One request of each kind that shows how the API is meant; a test holds them against their schemas."""

from typing import Any, Final

SOMETHING: Final = "0193f1b2-7c1e-7a55-9d4e-2f60a1c0b7de"

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "auth_token_create": {"email": "vera@example.com", "password": "correct horse battery staple"},
    "auth_token_refresh_create": {"refresh": "eyJhbGciOiJIUzI1NiJ9…"},
    "api_keys_create": {"name": "Order system", "scopes": ["read", "ask"]},
    "invitations_create": {"email": "oleg@example.com", "role": "operator"},
    "members_partial_update": {"role": "admin"},
    "tenants_partial_update": {"name": "Linen Maple", "timezone": "Europe/Moscow"},
    "integrations_create": {"platform": "deepseek", "name": "Our own key", "credentials": {"api_key": "sk-…"}},
    "webhook_endpoints_create": {
        "url": "https://shop.example.com/hooks/otklik",
        "event_types": ["handoff.requested", "ticket.created"],
    },
    "assistants_create": {"name": "Shop assistant", "system_prompt": "Answer politely and briefly.", "is_active": True},
    "assistants_partial_update": {"greeting": "Hello! What may I help with?"},
    "assistants_ask": {"text": "How long does delivery take?", "session_id": "customer-1042"},
    "assistants_search": {"query": "delivery", "limit": 5},
    "assistants_versions_create": {"system_prompt": "Answer in two sentences.", "note": "shorter"},
    "bots_create": {"assistant": SOMETHING, "token": "123456789:AA…", "name": "Shop bot"},
    "documents_create": {"title": "Delivery", "text": "We deliver within three days.", "assistant": SOMETHING},
    "knowledge_entries_create": {"question": "Do you deliver to Kazan?", "answer": "Yes, in four days."},
    "knowledge_partial_update": {"is_enabled": False},
    "gaps_article_create": {"title": "Gift wrapping", "text": "We wrap gifts for 200 roubles."},
    "web_sources_create": {"url": "https://shop.example.com/help/", "kind": "crawl", "schedule": "weekly"},
    "tickets_create": {"title": "Where is order 1042?", "description": "The customer waits.", "priority": "high"},
    "tickets_messages_create": {"text": "It arrives tomorrow.", "is_internal": False},
    "tickets_move_create": {"status": "resolved", "reason": "delivered"},
    "payments_create": {"amount": "1500.00"},
    "promo_codes_redeem": {"code": "WELCOME"},
    "training_datasets_create": {"name": "Delivery questions", "required_share": 90},
    "training_examples_create": {"dataset": SOMETHING, "input_text": "How long?", "expected_facts": ["three days"]},
    "evaluation_runs_create": {"dataset": SOMETHING, "assistant": SOMETHING},
    "chats_move_create": {"status": "in_progress"},
    "reviews_approve_create": {"text": "Thank you for the kind words!"},
    "questions_approve_create": {"text": "Yes, it is machine washable at 30 degrees."},
    "extension_uploads_create": {
        "store": SOMETHING,
        "batch": "2026-11-28T10:00",
        "rows": [{"reviewId": "abc", "status": "rejected"}],
    },
}
