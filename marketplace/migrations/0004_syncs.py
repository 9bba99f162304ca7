import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_events_are_numbered'),
        ('marketplace', '0003_performance_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='StoreSync',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('entity', models.CharField(choices=[('product', 'Products'), ('review', 'Reviews'), ('question', 'Questions'), ('chat', 'Chats')], max_length=16, verbose_name='what')),
                ('next_run_at', models.DateTimeField(blank=True, null=True, verbose_name='next run')),
                ('interval_minutes', models.IntegerField(default=15, verbose_name='interval, minutes')),
                ('locked_until', models.DateTimeField(blank=True, null=True, verbose_name='leased until')),
                ('holder', models.UUIDField(blank=True, editable=False, null=True, verbose_name='lease')),
                ('progress', models.JSONField(blank=True, null=True, verbose_name='unfinished pass')),
                ('cursor', models.JSONField(blank=True, default=dict, verbose_name='next pass begins at')),
                ('full_at', models.DateTimeField(blank=True, null=True, verbose_name='last full pass')),
                ('failures', models.IntegerField(default=0, verbose_name='failures in a row')),
            ],
            options={
                'verbose_name': 'store sync',
                'verbose_name_plural': 'store syncs',
                'db_table': 'store_syncs',
            },
        ),
        migrations.CreateModel(
            name='SyncSighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wb_id', models.CharField(max_length=64, verbose_name='id on Wildberries')),
            ],
            options={
                'verbose_name': 'sighting of a sync',
                'verbose_name_plural': 'sightings of a sync',
                'db_table': 'sync_sightings',
            },
        ),
        migrations.AddField(
            model_name='review',
            name='gone_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='not on Wildberries since'),
        ),
        migrations.AddField(
            model_name='review',
            name='wb_api_data',
            field=models.JSONField(blank=True, null=True, verbose_name='what else Wildberries says'),
        ),
        migrations.AddField(
            model_name='store',
            name='sid',
            field=models.CharField(blank=True, editable=False, max_length=64, null=True, verbose_name='cabinet'),
        ),
        migrations.AddConstraint(
            model_name='store',
            constraint=models.UniqueConstraint(fields=('sid',), name='uq_stores_sid'),
        ),
        migrations.AddField(
            model_name='storesync',
            name='log',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.synclog', verbose_name='sync run'),
        ),
        migrations.AddField(
            model_name='storesync',
            name='store',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='marketplace.store', verbose_name='store'),
        ),
        migrations.AddField(
            model_name='storesync',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='syncsighting',
            name='store',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='marketplace.store', verbose_name='store'),
        ),
        migrations.AddField(
            model_name='syncsighting',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant'),
        ),
        migrations.AddConstraint(
            model_name='storesync',
            constraint=models.UniqueConstraint(fields=('store', 'entity', 'tenant'), name='uq_store_syncs_store_entity'),
        ),
        migrations.AddConstraint(
            model_name='storesync',
            constraint=models.CheckConstraint(condition=models.Q(('entity__in', ['product', 'review', 'question', 'chat'])), name='ck_store_syncs_entity'),
        ),
        migrations.AddConstraint(
            model_name='storesync',
            constraint=models.CheckConstraint(condition=models.Q(('interval_minutes__gt', 0)), name='ck_store_syncs_interval_minutes'),
        ),
        migrations.AddConstraint(
            model_name='storesync',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('holder', None), ('locked_until', None)), models.Q(('holder__isnull', False), ('locked_until__isnull', False)), _connector='OR'), name='ck_store_syncs_lease'),
        ),
        migrations.AddConstraint(
            model_name='syncsighting',
            constraint=models.UniqueConstraint(fields=('store', 'wb_id', 'tenant'), name='uq_sync_sightings_store_wb_id'),
        ),
        tenant_key("store_syncs"),
        same_tenant("store_syncs", "store_id", "stores"),
        same_tenant("sync_sightings", "store_id", "stores"),
        touch_updated_at("store_syncs"),
    ]
