import config.db
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('accounts', '__first__'),
        ('dialogs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('number', models.BigIntegerField(db_default=models.Value(0), editable=False, verbose_name='number')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('status', models.CharField(choices=[('open', 'Open'), ('in_progress', 'In progress'), ('pending_customer', 'Waiting for the customer'), ('escalated', 'Escalated'), ('resolved', 'Resolved'), ('closed', 'Closed'), ('reopened', 'Reopened')], default='open', max_length=32, verbose_name='status')),
                ('priority', models.CharField(choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High'), ('urgent', 'Urgent')], default='medium', max_length=32, verbose_name='priority')),
                ('source', models.CharField(choices=[('web', 'Dashboard'), ('email', 'E-mail'), ('api', 'API'), ('widget', 'Website'), ('telegram', 'Telegram'), ('whatsapp', 'WhatsApp'), ('wildberries', 'Wildberries')], default='web', max_length=64, verbose_name='source')),
                ('metadata', models.JSONField(blank=True, default=dict, verbose_name='metadata')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='resolved')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('assigned_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assignee')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('dialog', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dialogs.dialog', verbose_name='dialog')),
                ('follows', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='operators.ticket', verbose_name='follows')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'ticket',
                'verbose_name_plural': 'tickets',
                'db_table': 'tickets',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'number'), name='uq_tickets_tenant_number'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='ck_tickets_number'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='ck_tickets_title'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'in_progress', 'pending_customer', 'escalated', 'resolved', 'closed', 'reopened'])), name='ck_tickets_status'), models.CheckConstraint(condition=models.Q(('priority__in', ['low', 'medium', 'high', 'urgent'])), name='ck_tickets_priority'), models.CheckConstraint(condition=models.Q(('source__in', ['web', 'email', 'api', 'widget', 'telegram', 'whatsapp', 'wildberries'])), name='ck_tickets_source'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at', None)), _connector='OR'), name='ck_tickets_closed_at')],
            },
        ),
        migrations.CreateModel(
            name='TicketAudit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('from_status', models.CharField(blank=True, choices=[('open', 'Open'), ('in_progress', 'In progress'), ('pending_customer', 'Waiting for the customer'), ('escalated', 'Escalated'), ('resolved', 'Resolved'), ('closed', 'Closed'), ('reopened', 'Reopened')], max_length=32, verbose_name='from')),
                ('to_status', models.CharField(choices=[('open', 'Open'), ('in_progress', 'In progress'), ('pending_customer', 'Waiting for the customer'), ('escalated', 'Escalated'), ('resolved', 'Resolved'), ('closed', 'Closed'), ('reopened', 'Reopened')], max_length=32, verbose_name='to')),
                ('reason', models.CharField(blank=True, max_length=255, verbose_name='reason')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='operators.ticket', verbose_name='ticket')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'ticket step',
                'verbose_name_plural': 'ticket steps',
                'db_table': 'ticket_audit',
                'constraints': [models.CheckConstraint(condition=models.Q(('from_status__in', ['', 'open', 'in_progress', 'pending_customer', 'escalated', 'resolved', 'closed', 'reopened'])), name='ck_ticket_audit_from_status'), models.CheckConstraint(condition=models.Q(('to_status__in', ['open', 'in_progress', 'pending_customer', 'escalated', 'resolved', 'closed', 'reopened'])), name='ck_ticket_audit_to_status')],
            },
        ),
        migrations.CreateModel(
            name='TicketExternalRef',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('system', models.CharField(choices=[('jira', 'Jira'), ('zendesk', 'Zendesk')], max_length=32, verbose_name='system')),
                ('external_id', models.CharField(max_length=255, verbose_name='id there')),
                ('external_url', models.URLField(blank=True, max_length=512, verbose_name='address')),
                ('metadata', models.JSONField(blank=True, default=dict, verbose_name='metadata')),
                ('integration', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.integration', verbose_name='integration')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='external_refs', to='operators.ticket', verbose_name='ticket')),
            ],
            options={
                'verbose_name': 'outside ticket',
                'verbose_name_plural': 'outside tickets',
                'db_table': 'ticket_external_refs',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'system', 'integration', 'external_id'), name='uq_ticket_external_refs_external', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('system__in', ['jira', 'zendesk'])), name='ck_ticket_external_refs_system'), models.CheckConstraint(condition=models.Q(('external_id', ''), _negated=True), name='ck_ticket_external_refs_external_id')],
            },
        ),
        migrations.CreateModel(
            name='TicketMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('sender', models.CharField(choices=[('customer', 'Customer'), ('assistant', 'Assistant'), ('operator', 'Operator'), ('system', 'System')], max_length=32, verbose_name='sender')),
                ('text', models.TextField(verbose_name='text')),
                ('metadata', models.JSONField(blank=True, default=dict, verbose_name='metadata')),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='author')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='operators.ticket', verbose_name='ticket')),
            ],
            options={
                'verbose_name': 'ticket message',
                'verbose_name_plural': 'ticket messages',
                'db_table': 'ticket_messages',
                'constraints': [models.CheckConstraint(condition=models.Q(('sender__in', ['customer', 'assistant', 'operator', 'system'])), name='ck_ticket_messages_sender'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='ck_ticket_messages_text')],
            },
        ),
        migrations.CreateModel(
            name='CannedReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('shortcut', models.CharField(help_text='Typed after a slash.', max_length=50, validators=[django.core.validators.RegexValidator('^[\\w-]+$')], verbose_name='shortcut')),
                ('title', models.CharField(max_length=255, verbose_name='title')),
                ('text', models.TextField(verbose_name='text')),
                ('language_code', models.CharField(default='ru', max_length=10, verbose_name='language')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'canned reply',
                'verbose_name_plural': 'canned replies',
                'db_table': 'canned_replies',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'shortcut'), name='uq_canned_replies_tenant_shortcut'), models.CheckConstraint(condition=models.Q(('shortcut__regex', '^[\\w-]+$')), name='ck_canned_replies_shortcut'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='ck_canned_replies_text')],
            },
        ),
        migrations.CreateModel(
            name='HandoffAudit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('seq', models.BigIntegerField(db_default=models.Value(0), editable=False, verbose_name='number')),
                ('from_status', models.CharField(choices=[('none', 'Assistant'), ('requested', 'Waiting for an operator'), ('active', 'Operator'), ('resolved', 'Resolved by an operator'), ('cancelled', 'Cancelled'), ('expired', 'Nobody came')], max_length=32, verbose_name='from')),
                ('to_status', models.CharField(choices=[('none', 'Assistant'), ('requested', 'Waiting for an operator'), ('active', 'Operator'), ('resolved', 'Resolved by an operator'), ('cancelled', 'Cancelled'), ('expired', 'Nobody came')], max_length=32, verbose_name='to')),
                ('reason', models.CharField(blank=True, max_length=255, verbose_name='reason')),
                ('request_id', models.UUIDField(blank=True, null=True, verbose_name='request')),
                ('extra_data', models.JSONField(blank=True, default=dict, verbose_name='more')),
                ('dialog', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialogs.dialog', verbose_name='dialog')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'handoff step',
                'verbose_name_plural': 'handoff steps',
                'db_table': 'handoff_audit',
                'constraints': [models.CheckConstraint(condition=models.Q(('from_status__in', ['none', 'requested', 'active', 'resolved', 'cancelled', 'expired'])), name='ck_handoff_audit_from_status'), models.CheckConstraint(condition=models.Q(('to_status__in', ['none', 'requested', 'active', 'resolved', 'cancelled', 'expired'])), name='ck_handoff_audit_to_status'), models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='ck_handoff_audit_seq')],
            },
        ),
        migrations.CreateModel(
            name='HandoffRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('request_id', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True, verbose_name='request')),
                ('state', models.CharField(choices=[('requested', 'Waiting'), ('active', 'With an operator'), ('resolved', 'Resolved'), ('cancelled', 'Cancelled'), ('expired', 'Nobody came')], default='requested', max_length=16, verbose_name='state')),
                ('reason', models.CharField(choices=[('customer_asked', 'The customer asked for a person'), ('low_confidence', 'The knowledge has no answer'), ('policy', "The seller's rules ask for a person"), ('model_failed', 'The model failed'), ('no_money', 'The balance ran out'), ('operator_lost', 'The operator went away'), ('manual', 'An operator took over')], max_length=32, verbose_name='reason')),
                ('requested_at', models.DateTimeField(verbose_name='requested')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('resolved_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('dialog', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='dialogs.dialog', verbose_name='dialog')),
                ('operator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'handoff',
                'verbose_name_plural': 'handoffs',
                'db_table': 'handoff_requests',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('requested', 'active'))), fields=('dialog', 'tenant'), name='uq_handoff_requests_dialog_open'), models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'active', 'resolved', 'cancelled', 'expired'])), name='ck_handoff_requests_state'), models.CheckConstraint(condition=models.Q(('reason__in', ['customer_asked', 'low_confidence', 'policy', 'model_failed', 'no_money', 'operator_lost', 'manual'])), name='ck_handoff_requests_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'active'), _negated=True), ('started_at__isnull', False), _connector='OR'), name='ck_handoff_requests_started_at'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at', None), ('state__in', ('requested', 'active'))), models.Q(models.Q(('state__in', ('requested', 'active')), _negated=True), ('resolved_at__isnull', False)), _connector='OR'), name='ck_handoff_requests_resolved_at')],
            },
        ),
        migrations.CreateModel(
            name='OperatorPresence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('status', models.CharField(choices=[('online', 'Online'), ('busy', 'Busy'), ('offline', 'Offline')], default='offline', max_length=16, verbose_name='status')),
                ('last_heartbeat', models.DateTimeField(blank=True, null=True, verbose_name='last heard of')),
                ('max_active_chats_web', models.IntegerField(default=3, verbose_name='website chats at most')),
                ('max_active_chats_telegram', models.IntegerField(default=5, verbose_name='messenger chats at most')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='operator')),
            ],
            options={
                'verbose_name': "operator's presence",
                'verbose_name_plural': "operators' presence",
                'db_table': 'operator_presence',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'user'), name='uq_operator_presence_tenant_user'), models.CheckConstraint(condition=models.Q(('status__in', ['online', 'busy', 'offline'])), name='ck_operator_presence_status'), models.CheckConstraint(condition=models.Q(('max_active_chats_telegram__gte', 0), ('max_active_chats_web__gte', 0)), name='ck_operator_presence_capacity')],
            },
        ),
    ]
