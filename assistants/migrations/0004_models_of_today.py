"""The catalogue as of November 2026; staff keep it current in the admin."""

from datetime import date

from django.db import migrations

RU_GOOD = "published Russian retrieval benchmarks (RuBQ nDCG@10 {})"

CHAT = [
    {
        "provider": "embedded", "name": "otklik-quote-1", "display_name": "Otklik quotes (built in)",
        "context_length": 65536, "price_input": "0", "price_cached": "0", "price_output": "0", "is_default": True,
        "is_semantic": False,
        "notes": "Not a language model: it quotes the best passages of the knowledge. Runs on this machine, needs no key.",
    },
    {
        "provider": "openai", "name": "gpt-4o-mini", "context_length": 128000, "price_input": "0.15",
        "price_cached": "0.075", "price_output": "0.60", "is_default": True, "shutdown_on": date(2027, 1, 14),
        "notes": "Shuts down on 2027-01-14; gpt-6-luna replaces it.",
    },
    {
        "provider": "openai", "name": "gpt-4o", "context_length": 128000, "price_input": "2.50",
        "price_cached": "1.25", "price_output": "10.00", "shutdown_on": date(2027, 1, 14),
    },
    {
        "provider": "openai", "name": "gpt-6-luna", "price_input": "0.10",
        "price_cached": "0.01", "price_output": "0.50",
        "surcharges": [{"prompt_tokens_above": 272000, "input": 2, "output": 1.5}],
        "request_options": {"max_tokens_field": "max_completion_tokens", "body": {"reasoning_effort": "none"}},
        "notes": "Takes a temperature only with reasoning_effort none.",
    },
    {
        "provider": "deepseek", "name": "deepseek-flash", "price_input": "0.15",
        "price_cached": "0.003", "price_output": "0.60", "is_default": True,
        "surcharges": [{"hours_utc": [[1, 4], [6, 10]], "weekdays": [0, 1, 2, 3, 4], "input": 2, "output": 2}],
        "request_options": {"body": {"thinking": {"type": "disabled"}}},
        "notes": "Twice the price 01-04 and 06-10 UTC on weekdays. Offers no embeddings.",
    },
    {
        "provider": "deepseek", "name": "deepseek-v4-pro", "price_input": "0.66",
        "price_cached": "0.022", "price_output": "1.98",
        "surcharges": [{"hours_utc": [[1, 4], [6, 10]], "weekdays": [0, 1, 2, 3, 4], "input": 2, "output": 2}],
        "request_options": {"body": {"thinking": {"type": "disabled"}}},
    },
    {
        "provider": "deepseek", "name": "deepseek-chat", "price_input": "0.27",
        "price_cached": "0.07", "price_output": "1.10", "shutdown_on": date(2026, 7, 24),
        "notes": "Retired on 2026-07-24; deepseek-flash replaces it.",
    },
    {
        "provider": "ollama", "name": "qwen2.5:3b", "context_length": 32768, "price_input": "0",
        "price_cached": "0", "price_output": "0", "is_default": True,
        "notes": "The server's default window is 2048-4096 tokens and cuts in silence: set OLLAMA_CONTEXT_LENGTH.",
    },
]
EMBEDDING = [
    {
        "provider": "embedded", "name": "lexhash-v1", "display_name": "Word hashing (built in)",
        "context_length": 65536, "dims": 1536, "price_input": "0", "is_default": True, "is_semantic": False,
        "notes": "Lexical, not semantic: hashed word stems. Kept beside the lexical search, never fused with it.",
    },
    {
        "provider": "openai", "name": "text-embedding-3-small", "context_length": 8192, "dims": 1536,
        "price_input": "0.02", "is_default": True, "request_options": {"dimensions": True},
        "language_probe": {
            "ru": {"passes": True, "evidence": RU_GOOD.format("0.601")},
            "en": {"passes": True, "evidence": "published benchmarks"},
        },
    },
    {
        "provider": "ollama", "name": "bge-m3", "context_length": 8192, "dims": 1024, "price_input": "0",
        "is_default": True,
        "language_probe": {
            "ru": {"passes": True, "evidence": RU_GOOD.format("0.712")},
            "en": {"passes": True, "evidence": "published benchmarks"},
        },
    },
    {
        "provider": "ollama", "name": "nomic-embed-text", "context_length": 8192, "dims": 768, "price_input": "0",
        "query_prefix": "search_query: ", "document_prefix": "search_document: ",
        "language_probe": {
            "ru": {"passes": False, "evidence": RU_GOOD.format("0.055")},
            "en": {"passes": True, "evidence": "published benchmarks"},
        },
        "notes": "Does not retrieve in Russian; take bge-m3 instead.",
    },
]


def add(apps, schema_editor):
    AiModel = apps.get_model("assistants", "AiModel")
    for kind, rows in (("chat", CHAT), ("embedding", EMBEDDING)):
        for row in rows:
            AiModel.objects.get_or_create(
                provider=row["provider"], name=row["name"], defaults={**row, "kind": kind}
            )


def remove(apps, schema_editor):
    AiModel = apps.get_model("assistants", "AiModel")
    for row in (*CHAT, *EMBEDDING):
        AiModel.objects.filter(provider=row["provider"], name=row["name"]).delete()


class Migration(migrations.Migration):
    dependencies = [("assistants", "0003_performance_indexes")]

    operations = [migrations.RunPython(add, remove)]
