import config.db
import django.db.models.deletion
import django.db.models.functions.datetime
import pgvector.django.vector
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('assistants', '0004_models_of_today'),
        ('knowledge', '0009_web_source_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reembedding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('from_model', models.CharField(blank=True, max_length=128, verbose_name='from')),
                ('model', models.CharField(max_length=128, verbose_name='to')),
                ('wanted', models.CharField(blank=True, max_length=128, null=True, verbose_name='setting after the move')),
                ('status', models.CharField(choices=[('queued', 'Waiting'), ('running', 'Moving'), ('ready', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=16, verbose_name='status')),
                ('error_message', models.TextField(blank=True, verbose_name='problem in words')),
                ('done', models.IntegerField(default=0, verbose_name='passages done')),
                ('total', models.IntegerField(default=0, verbose_name='passages')),
                ('attempts', models.SmallIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('locked_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='leased until')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('assistant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='begun by')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'move to another model',
                'verbose_name_plural': 'moves to another model',
                'db_table': 'reembeddings',
            },
        ),
        migrations.CreateModel(
            name='NextVector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words_hash', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('embedding', pgvector.django.vector.VectorField(verbose_name='vector')),
                ('chunk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.knowledgeembedding', verbose_name='passage')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('reembedding', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='vectors', to='knowledge.reembedding', verbose_name='move')),
            ],
            options={
                'verbose_name': 'vector in waiting',
                'verbose_name_plural': 'vectors in waiting',
                'db_table': 'next_vectors',
            },
        ),
        migrations.AddConstraint(
            model_name='reembedding',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['queued', 'running'])), fields=('tenant', 'assistant'), name='uq_reembeddings_tenant_assistant', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='reembedding',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'ready', 'failed', 'cancelled'])), name='ck_reembeddings_status'),
        ),
        migrations.AddConstraint(
            model_name='reembedding',
            constraint=models.CheckConstraint(condition=models.Q(('attempts__gte', 0), ('done__gte', 0), ('total__gte', 0)), name='ck_reembeddings_amounts'),
        ),
        migrations.AddConstraint(
            model_name='nextvector',
            constraint=models.UniqueConstraint(fields=('reembedding', 'chunk'), name='uq_next_vectors_reembedding_chunk'),
        ),
    ]
