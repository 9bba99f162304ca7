import config.db
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from config.postgres.operations import same_tenant, tenant_key, touch_updated_at


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('assistants', '0004_models_of_today'),
        ('knowledge', '0013_edited_passage_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Trial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('status', models.CharField(choices=[('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='running', max_length=16, verbose_name='status')),
                ('knowledge_version', models.IntegerField(default=0, verbose_name='version of the knowledge')),
                ('search_model', models.CharField(blank=True, max_length=128, verbose_name='model')),
                ('depth', models.SmallIntegerField(default=5, verbose_name='passages looked at')),
                ('questions_count', models.IntegerField(default=0, verbose_name='questions')),
                ('right_count', models.IntegerField(default=0, verbose_name='as expected')),
                ('hit_rate', models.FloatField(blank=True, null=True, verbose_name='hit rate')),
                ('mrr', models.FloatField(blank=True, null=True, verbose_name='mean reciprocal rank')),
                ('milliseconds', models.FloatField(blank=True, null=True, verbose_name='mean time, ms')),
                ('attempts', models.SmallIntegerField(default=0, verbose_name='attempts')),
                ('locked_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='leased until')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('assistant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='begun by')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'run of test questions',
                'verbose_name_plural': 'runs of test questions',
                'db_table': 'knowledge_trials',
            },
        ),
        migrations.CreateModel(
            name='TrialQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('text', models.CharField(max_length=500, verbose_name='question')),
                ('expects_nothing', models.BooleanField(default=False, verbose_name='the knowledge has no answer')),
                ('assistant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='assistants.assistant', verbose_name='assistant')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='saved by')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'test question',
                'verbose_name_plural': 'test questions',
                'db_table': 'knowledge_trial_questions',
            },
        ),
        migrations.CreateModel(
            name='TrialExpectation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quote', models.CharField(blank=True, max_length=200, verbose_name='first words')),
                ('chunk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.knowledgeembedding', verbose_name='passage')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='knowledge.document', verbose_name='document')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='expectations', to='knowledge.trialquestion', verbose_name='test question')),
            ],
            options={
                'verbose_name': 'expected passage',
                'verbose_name_plural': 'expected passages',
                'db_table': 'knowledge_trial_expectations',
            },
        ),
        migrations.CreateModel(
            name='TrialResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('is_right', models.BooleanField(verbose_name='as expected')),
                ('rank', models.SmallIntegerField(blank=True, null=True, verbose_name='place')),
                ('is_enough', models.BooleanField(verbose_name='enough to answer')),
                ('score', models.FloatField(verbose_name='score')),
                ('best_title', models.CharField(blank=True, max_length=800, verbose_name='found first')),
                ('milliseconds', models.FloatField(verbose_name='time, ms')),
                ('best_chunk', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='knowledge.knowledgeembedding', verbose_name='passage')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='knowledge.trialquestion', verbose_name='test question')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('trial', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='knowledge.trial', verbose_name='run')),
            ],
            options={
                'verbose_name': 'result of a test question',
                'verbose_name_plural': 'results of test questions',
                'db_table': 'knowledge_trial_results',
            },
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'running')), fields=('assistant',), name='uq_knowledge_trials_assistant_running'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['running', 'done', 'failed'])), name='ck_knowledge_trials_status'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(('attempts__gte', 0), ('depth__gte', 1), ('questions_count__gte', 0), ('right_count__gte', 0), ('right_count__lte', models.F('questions_count'))), name='ck_knowledge_trials_counts'),
        ),
        migrations.AddConstraint(
            model_name='trial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hit_rate__isnull', True), ('hit_rate__range', (0, 1)), _connector='OR'), models.Q(('mrr__isnull', True), ('mrr__range', (0, 1)), _connector='OR')), name='ck_knowledge_trials_shares'),
        ),
        migrations.AddConstraint(
            model_name='trialquestion',
            constraint=models.UniqueConstraint(fields=('tenant', 'assistant', 'text'), name='uq_knowledge_trial_questions_tenant_assistant_text'),
        ),
        migrations.AddConstraint(
            model_name='trialexpectation',
            constraint=models.UniqueConstraint(fields=('question', 'chunk'), name='uq_knowledge_trial_expectations_question_chunk'),
        ),
        migrations.AddConstraint(
            model_name='trialresult',
            constraint=models.UniqueConstraint(fields=('trial', 'question'), name='uq_knowledge_trial_results_trial_question'),
        ),
        migrations.AddConstraint(
            model_name='trialresult',
            constraint=models.CheckConstraint(condition=models.Q(('rank__isnull', True), ('rank__gte', 1), _connector='OR'), name='ck_knowledge_trial_results_rank'),
        ),
        touch_updated_at("knowledge_trials", "knowledge_trial_questions"),
        tenant_key("knowledge_trials", "knowledge_trial_questions"),
        same_tenant("knowledge_trials", "assistant_id", "assistants"),
        same_tenant("knowledge_trial_questions", "assistant_id", "assistants"),
        same_tenant("knowledge_trial_expectations", "question_id", "knowledge_trial_questions"),
        same_tenant("knowledge_trial_expectations", "document_id", "documents"),
        same_tenant("knowledge_trial_expectations", "chunk_id", "knowledge_embeddings"),
        same_tenant("knowledge_trial_results", "trial_id", "knowledge_trials"),
        same_tenant("knowledge_trial_results", "question_id", "knowledge_trial_questions"),
        same_tenant("knowledge_trial_results", "best_chunk_id", "knowledge_embeddings"),
    ]
