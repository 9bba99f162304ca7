"""Versions made so far were in force at once; retired models name their successors."""

from datetime import date

from django.db import migrations
from django.db.models import F

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at

REASONER = {
    "provider": "deepseek", "name": "deepseek-reasoner", "kind": "chat", "price_input": "0.27",
    "price_cached": "0.07", "price_output": "1.10", "shutdown_on": date(2026, 7, 24),
    "notes": "Retired on 2026-07-24.",
}
SUCCESSORS = {
    ("openai", "gpt-4o-mini"): "gpt-6-luna",
    ("openai", "gpt-4o"): "gpt-6-luna",
    ("deepseek", "deepseek-chat"): "deepseek-flash",
    ("deepseek", "deepseek-reasoner"): "deepseek-v4-pro",
}


def fill(apps, schema_editor):
    AiModel = apps.get_model("assistants", "AiModel")
    AiModel.objects.get_or_create(provider=REASONER["provider"], name=REASONER["name"], defaults=REASONER)
    for (provider, name), successor in SUCCESSORS.items():
        AiModel.objects.filter(provider=provider, name=name, replaced_by="").update(replaced_by=successor)
    apps.get_model("assistants", "AssistantVersion").objects.filter(published_at=None).update(
        published_at=F("created_at"), published_by=F("created_by")
    )


def empty(apps, schema_editor):
    AiModel = apps.get_model("assistants", "AiModel")
    AiModel.objects.filter(provider=REASONER["provider"], name=REASONER["name"]).delete()


class Migration(migrations.Migration):
    dependencies = [("assistants", "0006_versions_sets_and_runs")]

    operations = [
        migrations.RunPython(fill, empty),
        touch_updated_at("evaluation_runs"),
        tenant_key("assistant_versions", "training_examples", "evaluation_runs"),
        same_tenant("assistant_versions", "restored_from_id", "assistant_versions"),
        same_tenant("evaluation_runs", "dataset_id", "training_datasets"),
        same_tenant("evaluation_runs", "assistant_id", "assistants"),
        same_tenant("evaluation_runs", "version_id", "assistant_versions"),
        same_tenant("evaluation_results", "run_id", "evaluation_runs"),
        same_tenant("evaluation_results", "example_id", "training_examples"),
    ]
