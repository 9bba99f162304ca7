"""The outside systems that can be connected, as data."""

from django.db import migrations

PLATFORMS = [
    # id, name, display name, type, region, capabilities, required credentials
    ("wildberries", "Wildberries", "Wildberries", "ecommerce", "russia",
     ["products", "prices", "reviews", "questions", "chats", "returns"], ["api_token"]),
    ("ozon", "Ozon", "Ozon", "ecommerce", "russia",
     ["products", "orders", "inventory", "reviews", "questions", "chats"], ["client_id", "api_key"]),
    ("telegram", "Telegram", "Telegram Bot API", "messaging", "global",
     ["text", "inline_keyboard", "media", "files", "voice"], ["bot_token"]),
    ("whatsapp", "WhatsApp", "WhatsApp Business", "messaging", "global",
     ["text", "media", "templates", "interactive_buttons"], ["access_token", "phone_number_id"]),
    ("openai", "OpenAI", "OpenAI", "ai", "international", ["chat", "streaming", "embeddings"], ["api_key"]),
    ("deepseek", "DeepSeek", "DeepSeek", "ai", "global", ["chat", "streaming"], ["api_key"]),
    ("ollama", "Ollama", "Ollama", "ai", "global", ["chat", "streaming", "embeddings"], ["base_url"]),
    ("openai_compatible", "OpenAI-compatible", "OpenAI-compatible server", "ai", "global",
     ["chat", "streaming", "embeddings"], ["base_url", "api_key"]),
    ("jira", "Jira", "Jira Cloud", "helpdesk", "international",
     ["tickets", "comments", "webhooks"], ["base_url", "email", "api_token"]),
    ("zendesk", "Zendesk", "Zendesk", "helpdesk", "international",
     ["tickets", "comments", "webhooks"], ["subdomain", "email", "api_token"]),
    ("yookassa", "YooKassa", "ЮKassa", "payments", "russia",
     ["payments", "refunds", "webhooks"], ["shop_id", "secret_key"]),
    ("robokassa", "Robokassa", "Robokassa", "payments", "russia",
     ["payments", "webhooks"], ["merchant_login", "password_1", "password_2"]),
]


def load(apps, schema_editor):
    platform = apps.get_model("accounts", "Platform")
    for id_, name, display_name, type_, region, capabilities, required in PLATFORMS:
        platform.objects.update_or_create(
            id=id_,
            defaults={
                "name": name,
                "display_name": display_name,
                "type": type_,
                "region": region,
                "capabilities": capabilities,
                "required_credentials": required,
            },
        )


def unload(apps, schema_editor):
    """Leave the rows that integrations use; going back to zero drops the table anyway."""
    platform = apps.get_model("accounts", "Platform")
    platform.objects.filter(id__in=[row[0] for row in PLATFORMS], integrations=None).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_answers_are_kept_per_key")]

    operations = [migrations.RunPython(load, unload)]
