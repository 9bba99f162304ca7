from datetime import UTC, datetime
from decimal import Decimal

from django.db import migrations

PRICES = {
    "ai_message": "1.50",
    "document_upload": "5",
    "bot_message": "0.10",
    "review_reply": "2",
    "complaint_draft": "5",
    "question_reply": "2",
    "chat_reply": "2",
    "sequence_message": "0.50",
}


def set_prices(apps, schema_editor):
    price = apps.get_model("billing", "ServicePrice")
    for service, amount in PRICES.items():
        price.objects.get_or_create(
            service_type=service,
            is_active=True,
            valid_to=None,
            defaults={"price": Decimal(amount), "valid_from": datetime(2025, 1, 1, tzinfo=UTC)},
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_performance_indexes")]

    operations = [migrations.RunPython(set_prices, migrations.RunPython.noop)]
