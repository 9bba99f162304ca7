"""Every performance index the seeds name for these tables, at its present column.

Skipped, because a unique constraint already is that index:
``ix_users_id`` (pk_users), ``ix_users_yandex_id`` (uq_users_yandex_id),
``ix_users_tenant_email`` (people belong to tenants through uq_memberships_tenant_user),
``ix_system_settings_category_key`` (uq_system_settings_category_key) and with it ``ix_system_settings_category``,
its prefix; ``idx_user_settings_api_key`` (uq_api_keys_key_hash). ``integration_id``, ``platform_id`` and
``tenant_id`` of integrations, sync_logs and platform_metrics carry Django's own ``ix_`` of the foreign key, so
``idx_integrations_user_id``, ``idx_integrations_platform_id``, ``idx_sync_logs_integration_id``,
``idx_platform_metrics_integration`` and ``idx_platform_metrics_platform`` would be their duplicates.
"""

from django.db import migrations

from config.postgres.operations import performance_indexes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0002_guards")]

    operations = performance_indexes(
        {
            # Django compares e-mails as upper(email) = upper(…) and searches them as upper(email) LIKE 'PREFIX%';
            # this one serves what the seeds call idx_users_email and ix_users_email
            "idx_users_email": "users (upper(email) text_pattern_ops)",
            "idx_users_is_active": "users (is_active)",
            "idx_users_created_at": "users (created_at)",
            "idx_users_approved": "users (is_approved)",
            "idx_integrations_status": "integrations (status)",
            "idx_integrations_next_sync": "integrations (next_sync_at) WHERE status = 'connected'",
            "idx_sync_logs_status": "sync_logs (status)",
            "idx_sync_logs_started_at": "sync_logs (started_at)",
            "idx_platform_metrics_type_time": "platform_metrics (metric_type, recorded_at)",
            "idx_platform_metrics_user_time": "platform_metrics (tenant_id, recorded_at)",
            "ix_system_settings_key": "system_settings (key)",
            "ix_system_settings_is_active": "system_settings (is_active)",
            "ix_start_page_events_created_at": "start_page_events (created_at)",
            "idx_start_events_user_created": "start_page_events (user_id, created_at)",
            "idx_start_events_session_created": "start_page_events (session_id, created_at)",
            "idx_start_events_type_created": "start_page_events (event_type, created_at)",
            "idx_start_events_step_created": "start_page_events (step, created_at)",
        }
    )
