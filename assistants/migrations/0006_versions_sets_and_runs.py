
import config.db
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('assistants', '0005_answers_tickets'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EvaluationResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('position', models.IntegerField(verbose_name='number')),
                ('question', models.TextField(verbose_name='question')),
                ('expected', models.TextField(blank=True, verbose_name='right answer')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('outcome', models.CharField(choices=[('answered', 'Answered'), ('refused', 'Said it does not know'), ('failed', 'No answer came')], max_length=16, verbose_name='outcome')),
                ('passed', models.BooleanField(verbose_name='passed')),
                ('score', models.FloatField(verbose_name='score')),
                ('checks', models.JSONField(default=list, verbose_name='checks')),
                ('sources', models.JSONField(default=list, verbose_name='sources')),
                ('model_used', models.CharField(blank=True, max_length=128, verbose_name='model')),
                ('tokens', models.IntegerField(default=0, verbose_name='tokens')),
                ('seconds', models.FloatField(default=0, verbose_name='seconds')),
                ('cost', models.DecimalField(blank=True, decimal_places=9, max_digits=18, null=True, verbose_name='cost')),
                ('cost_currency', models.CharField(choices=[('USD', 'USD'), ('RUB', 'RUB'), ('EUR', 'EUR'), ('CNY', 'CNY')], default='USD', max_length=3, verbose_name='currency')),
                ('price', models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name='price')),
            ],
            options={
                'verbose_name': 'evaluation result',
                'verbose_name_plural': 'evaluation results',
                'db_table': 'evaluation_results',
            },
        ),
        migrations.CreateModel(
            name='EvaluationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('knowledge_version', models.BigIntegerField(default=1, verbose_name='knowledge version')),
                ('example_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, editable=False, size=None)),
                ('examples_digest', models.CharField(editable=False, max_length=64, verbose_name='digest of the examples')),
                ('use_judge', models.BooleanField(default=False, verbose_name='a model judges as well')),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('stopped', 'Stopped'), ('failed', 'Failed')], default='queued', max_length=16, verbose_name='status')),
                ('total', models.IntegerField(default=0, verbose_name='examples')),
                ('done_count', models.IntegerField(default=0, verbose_name='done')),
                ('passed_count', models.IntegerField(default=0, verbose_name='passed')),
                ('price', models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name='price')),
                ('stop_requested', models.BooleanField(default=False, verbose_name='stop requested')),
                ('error_code', models.CharField(blank=True, max_length=64, verbose_name='problem')),
                ('locked_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='leased until')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
            ],
            options={
                'verbose_name': 'evaluation run',
                'verbose_name_plural': 'evaluation runs',
                'db_table': 'evaluation_runs',
            },
        ),
        migrations.AddField(
            model_name='aimodel',
            name='replaced_by',
            field=models.CharField(blank=True, help_text="The same provider's model that answers instead.", max_length=128, verbose_name='taken over by'),
        ),
        migrations.AddField(
            model_name='assistantversion',
            name='note',
            field=models.CharField(blank=True, max_length=255, verbose_name='what changed'),
        ),
        migrations.AddField(
            model_name='assistantversion',
            name='published_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='published'),
        ),
        migrations.AddField(
            model_name='assistantversion',
            name='published_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='assistantversion',
            name='restored_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='assistants.assistantversion', verbose_name='restored from'),
        ),
        migrations.AddField(
            model_name='trainingdataset',
            name='is_required',
            field=models.BooleanField(default=False, help_text='A version of the assistant comes into force only after it has passed this set.', verbose_name='must be passed before publishing'),
        ),
        migrations.AddField(
            model_name='trainingdataset',
            name='required_share',
            field=models.SmallIntegerField(default=100, verbose_name='passed at, %'),
        ),
        migrations.AddField(
            model_name='trainingexample',
            name='expected_facts',
            field=models.JSONField(blank=True, default=list, verbose_name='the answer names'),
        ),
        migrations.AddField(
            model_name='trainingexample',
            name='expected_source',
            field=models.CharField(blank=True, max_length=255, verbose_name='stands on the document'),
        ),
        migrations.AddField(
            model_name='trainingexample',
            name='forbidden_phrases',
            field=models.JSONField(blank=True, default=list, verbose_name='the answer must not say'),
        ),
        migrations.AddField(
            model_name='trainingexample',
            name='language_code',
            field=models.CharField(blank=True, max_length=10, verbose_name='language of the answer'),
        ),
        migrations.AddField(
            model_name='trainingexample',
            name='must_refuse',
            field=models.BooleanField(default=False, verbose_name='must say it does not know'),
        ),
        migrations.AddConstraint(
            model_name='trainingdataset',
            constraint=models.CheckConstraint(condition=models.Q(('required_share__gte', 1), ('required_share__lte', 100)), name='ck_training_datasets_required_share'),
        ),
        migrations.AddConstraint(
            model_name='trainingexample',
            constraint=models.UniqueConstraint(fields=('dataset', 'source_dialog_uuid', 'source_message_seq'), name='uq_training_examples_dataset_source'),
        ),
        migrations.AddField(
            model_name='evaluationresult',
            name='example',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='assistants.trainingexample', verbose_name='example'),
        ),
        migrations.AddField(
            model_name='evaluationresult',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='evaluationrun',
            name='assistant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evaluation_runs', to='assistants.assistant', verbose_name='assistant'),
        ),
        migrations.AddField(
            model_name='evaluationrun',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evaluationrun',
            name='dataset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='assistants.trainingdataset', verbose_name='dataset'),
        ),
        migrations.AddField(
            model_name='evaluationrun',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='evaluationrun',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='assistants.assistantversion', verbose_name='version'),
        ),
        migrations.AddField(
            model_name='evaluationresult',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='assistants.evaluationrun', verbose_name='run'),
        ),
        migrations.AddConstraint(
            model_name='evaluationrun',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['queued', 'running'])), fields=('dataset', 'version'), name='uq_evaluation_runs_dataset_version_open'),
        ),
        migrations.AddConstraint(
            model_name='evaluationrun',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'done', 'stopped', 'failed'])), name='ck_evaluation_runs_status'),
        ),
        migrations.AddConstraint(
            model_name='evaluationrun',
            constraint=models.CheckConstraint(condition=models.Q(('passed_count__gte', 0), ('price__gte', 0), ('total__gte', 0), ('done_count__gte', models.F('passed_count')), ('done_count__lte', models.F('total'))), name='ck_evaluation_runs_counts'),
        ),
        migrations.AddConstraint(
            model_name='evaluationresult',
            constraint=models.UniqueConstraint(fields=('run', 'position'), name='uq_evaluation_results_run_position'),
        ),
        migrations.AddConstraint(
            model_name='evaluationresult',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['answered', 'refused', 'failed'])), name='ck_evaluation_results_outcome'),
        ),
        migrations.AddConstraint(
            model_name='evaluationresult',
            constraint=models.CheckConstraint(condition=models.Q(('cost_currency__in', ['USD', 'RUB', 'EUR', 'CNY'])), name='ck_evaluation_results_cost_currency'),
        ),
        migrations.AddConstraint(
            model_name='evaluationresult',
            constraint=models.CheckConstraint(condition=models.Q(('price__gte', 0), ('score__gte', 0), ('score__lte', 1), ('seconds__gte', 0), ('tokens__gte', 0), models.Q(('cost', None), ('cost__gte', 0), _connector='OR')), name='ck_evaluation_results_amounts'),
        ),
    ]
