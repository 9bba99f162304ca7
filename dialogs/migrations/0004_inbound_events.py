import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from config.postgres.operations import same_tenant


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('assistants', '0002_guards'),
        ('dialogs', '0003_performance_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='InboundEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('key', models.CharField(max_length=255, verbose_name='id on the platform')),
                ('bot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.botinstance', verbose_name='bot')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'inbound event',
                'verbose_name_plural': 'inbound events',
                'db_table': 'inbound_events',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'bot', 'key'), name='uq_inbound_events_tenant_bot_key')],
            },
        ),
        same_tenant("inbound_events", "bot_id", "bot_instances"),
    ]
