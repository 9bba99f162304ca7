from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("assistants", "0002_guards")]

    operations = performance_indexes(
        {
            # what one key did lately
            "idx_ai_token_usage_token_created": "ai_token_usage (token_id, created_at DESC)",
            # what a tenant spent on each model
            "idx_ai_token_usage_user_model": "ai_token_usage (tenant_id, model_used, created_at DESC)",
            # a tenant's calls, newest first
            "ix_ai_token_usage_user_created": "ai_token_usage (tenant_id, created_at DESC)",
            # an assistant's calls, newest first
            "ix_ai_token_usage_assistant": "ai_token_usage (assistant_id, created_at DESC) WHERE assistant_id IS NOT NULL",
            # failures, newest first
            "ix_ai_token_usage_failed": "ai_token_usage (created_at DESC) WHERE NOT success",
            # the next key to use
            "ix_ai_token_pool_order": "ai_token_pool (priority, current_daily_usage) WHERE is_active",
        }
    )
