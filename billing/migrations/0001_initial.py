import config.db
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0005_platform_catalogue'),
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='BalanceTransaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('key', models.CharField(max_length=255, verbose_name='key')),
                ('transaction_type', models.CharField(choices=[('topup', 'Top-up'), ('ai_message', 'AI answer'), ('document_upload', 'Document upload'), ('bot_message', 'Bot message'), ('bonus', 'Bonus'), ('promo', 'Promo code'), ('referral', 'Referral reward'), ('refund', 'Refund'), ('adjustment', 'Adjustment'), ('review_reply', 'Review reply'), ('complaint_draft', 'Complaint draft'), ('question_reply', 'Question reply'), ('chat_reply', 'Chat reply'), ('sequence_message', 'Sequence message')], max_length=32, verbose_name='type')),
                ('amount', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='amount, ₽')),
                ('balance_before', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='before, ₽')),
                ('balance_after', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='after, ₽')),
                ('description', models.CharField(blank=True, max_length=255, verbose_name='description')),
                ('related_id', models.BigIntegerField(blank=True, null=True, verbose_name='related row')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('refund_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='refunds', to='billing.balancetransaction', verbose_name='refund of')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'ledger entry',
                'verbose_name_plural': 'ledger entries',
                'db_table': 'balance_transactions',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'key'), name='uq_balance_transactions_tenant_key'), models.CheckConstraint(condition=models.Q(('transaction_type__in', ['topup', 'ai_message', 'document_upload', 'bot_message', 'bonus', 'promo', 'referral', 'refund', 'adjustment', 'review_reply', 'complaint_draft', 'question_reply', 'chat_reply', 'sequence_message'])), name='ck_balance_transactions_transaction_type'), models.CheckConstraint(condition=models.Q(models.Q(('amount', 0), _negated=True), ('balance_after__gte', 0), ('balance_after__lt', 1000000000000), ('balance_before__gte', 0), ('balance_before__lt', 1000000000000), ('balance_after', django.db.models.expressions.CombinedExpression(models.F('balance_before'), '+', models.F('amount')))), name='ck_balance_transactions_amount'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('transaction_type__in', ['topup', 'bonus', 'promo', 'referral'])), models.Q(('amount__lt', 0), ('transaction_type__in', ['ai_message', 'document_upload', 'bot_message', 'review_reply', 'complaint_draft', 'question_reply', 'chat_reply', 'sequence_message'])), ('transaction_type__in', ['refund', 'adjustment']), _connector='OR'), name='ck_balance_transactions_sign'), models.CheckConstraint(condition=models.Q(models.Q(('refund_of__isnull', False), ('transaction_type', 'refund')), models.Q(models.Q(('transaction_type', 'refund'), _negated=True), ('refund_of__isnull', True)), _connector='OR'), name='ck_balance_transactions_refund_of')],
            },
        ),
        migrations.CreateModel(
            name='BalanceHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('key', models.CharField(max_length=255, verbose_name='key')),
                ('service', models.CharField(choices=[('ai_message', 'AI answer'), ('document_upload', 'Document upload'), ('bot_message', 'Bot message'), ('review_reply', 'Review reply'), ('complaint_draft', 'Complaint draft'), ('question_reply', 'Question reply'), ('chat_reply', 'Chat reply'), ('sequence_message', 'Sequence message')], max_length=32, verbose_name='service')),
                ('amount', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='amount, ₽')),
                ('status', models.CharField(choices=[('pending', 'Reserved'), ('captured', 'Taken'), ('released', 'Given back'), ('expired', 'Expired')], default='pending', max_length=16, verbose_name='status')),
                ('reason', models.CharField(blank=True, max_length=255, verbose_name='reason')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='hold', to='billing.balancetransaction', verbose_name='ledger entry')),
            ],
            options={
                'verbose_name': 'reservation',
                'verbose_name_plural': 'reservations',
                'db_table': 'balance_holds',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'key'), name='uq_balance_holds_tenant_key'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('amount__lt', 1000000000000)), name='ck_balance_holds_amount'), models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'captured', 'released', 'expired'])), name='ck_balance_holds_status'), models.CheckConstraint(condition=models.Q(('service__in', ['ai_message', 'document_upload', 'bot_message', 'review_reply', 'complaint_draft', 'question_reply', 'chat_reply', 'sequence_message'])), name='ck_balance_holds_service'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('status', 'pending')), models.Q(models.Q(('status', 'pending'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='ck_balance_holds_closed_at'), models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('status', 'captured')), models.Q(models.Q(('status', 'captured'), _negated=True), ('entry__isnull', True)), _connector='OR'), name='ck_balance_holds_entry')],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('provider', models.CharField(choices=[('sandbox', 'Sandbox')], max_length=32, verbose_name='provider')),
                ('provider_payment_id', models.CharField(blank=True, max_length=255, null=True, verbose_name='number at the provider')),
                ('amount', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='amount, ₽')),
                ('currency', models.CharField(choices=[('RUB', 'Rouble')], default='RUB', max_length=3, verbose_name='currency')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('succeeded', 'Paid'), ('cancelled', 'Cancelled'), ('refunded', 'Refunded')], default='pending', max_length=16, verbose_name='status')),
                ('description', models.CharField(blank=True, max_length=128, verbose_name='description')),
                ('confirmation_url', models.CharField(blank=True, max_length=2048, verbose_name='payment page')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='started by')),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='payment', to='billing.balancetransaction', verbose_name='ledger entry')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'payment',
                'verbose_name_plural': 'payments',
                'db_table': 'payments',
                'constraints': [models.UniqueConstraint(fields=('provider', 'provider_payment_id'), name='uq_payments_provider_provider_payment_id'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('amount__lt', 1000000000000)), name='ck_payments_amount'), models.CheckConstraint(condition=models.Q(('provider__in', ['sandbox'])), name='ck_payments_provider'), models.CheckConstraint(condition=models.Q(('currency__in', ['RUB'])), name='ck_payments_currency'), models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'succeeded', 'cancelled', 'refunded'])), name='ck_payments_status'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('status', 'pending')), models.Q(models.Q(('status', 'pending'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='ck_payments_closed_at'), models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('status__in', ['succeeded', 'refunded'])), models.Q(('entry__isnull', True), ('status__in', ['pending', 'cancelled'])), _connector='OR'), name='ck_payments_entry')],
            },
        ),
        migrations.CreateModel(
            name='PromoCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('code', models.CharField(max_length=64, unique=True, verbose_name='code')),
                ('type', models.CharField(choices=[('percentage', 'Percent of a top-up'), ('fixed_amount', 'Fixed amount')], max_length=16, verbose_name='type')),
                ('value', models.DecimalField(decimal_places=6, help_text='Percent, or roubles.', max_digits=18, verbose_name='value')),
                ('min_amount', models.DecimalField(decimal_places=6, default=Decimal('0'), help_text='A fixed sum from 0 ₽ is credited at once.', max_digits=18, verbose_name='top-up from, ₽')),
                ('max_uses', models.IntegerField(blank=True, null=True, verbose_name='uses at most')),
                ('used_count', models.IntegerField(default=0, editable=False, verbose_name='used')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='starts')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'promo code',
                'verbose_name_plural': 'promo codes',
                'db_table': 'promo_codes',
                'constraints': [models.CheckConstraint(condition=models.Q(('type__in', ['percentage', 'fixed_amount'])), name='ck_promo_codes_type'), models.CheckConstraint(condition=models.Q(('code', django.db.models.functions.text.Upper('code')), models.Q(('code', ''), _negated=True)), name='ck_promo_codes_code'), models.CheckConstraint(condition=models.Q(models.Q(('type', 'percentage'), ('value__gt', 0), ('value__lte', 100)), models.Q(('type', 'fixed_amount'), ('value__gt', 0), ('value__lt', 1000000000000)), _connector='OR'), name='ck_promo_codes_value'), models.CheckConstraint(condition=models.Q(('min_amount__gte', 0), ('min_amount__lt', 1000000000000)), name='ck_promo_codes_min_amount'), models.CheckConstraint(condition=models.Q(('used_count__gte', 0), models.Q(('max_uses', None), models.Q(('max_uses__gt', 0), ('used_count__lte', models.F('max_uses'))), _connector='OR')), name='ck_promo_codes_used_count'), models.CheckConstraint(condition=models.Q(('starts_at', None), ('expires_at', None), ('expires_at__gt', models.F('starts_at')), _connector='OR'), name='ck_promo_codes_period')],
            },
        ),
        migrations.CreateModel(
            name='PromoCodeUsage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='billing.balancetransaction', verbose_name='entry')),
                ('payment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='promo_usages', to='billing.payment', verbose_name='top-up')),
                ('promo_code', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='usages', to='billing.promocode', verbose_name='promo code')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('used_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'use of a promo code',
                'verbose_name_plural': 'uses of promo codes',
                'db_table': 'promo_code_usage',
                'constraints': [models.UniqueConstraint(fields=('tenant', 'promo_code'), name='uq_promo_code_usage_tenant_promo_code'), models.UniqueConstraint(condition=models.Q(('entry__isnull', True)), fields=('tenant',), name='uq_promo_code_usage_tenant_waiting')],
            },
        ),
        migrations.CreateModel(
            name='ReferralCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='code')),
                ('referrals_count', models.IntegerField(default=0, verbose_name='invited')),
                ('total_earned', models.DecimalField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='earned, ₽')),
                ('tenant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'referral code',
                'verbose_name_plural': 'referral codes',
                'db_table': 'referral_codes',
                'constraints': [models.CheckConstraint(condition=models.Q(('referrals_count__gte', 0), ('total_earned__gte', 0), ('total_earned__lt', 1000000000000)), name='ck_referral_codes_totals')],
            },
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('uuid', models.UUIDField(default=config.db.new_uuid, editable=False, unique=True)),
                ('status', models.CharField(choices=[('pending', 'Signed up'), ('held', 'Reward on hold'), ('paid', 'Reward paid'), ('refused', 'Refused')], default='pending', max_length=16, verbose_name='status')),
                ('reward', models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True, verbose_name='reward, ₽')),
                ('available_at', models.DateTimeField(blank=True, null=True, verbose_name='on hold until')),
                ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='billing.balancetransaction', verbose_name='entry')),
                ('payment', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='billing.payment', verbose_name='first top-up')),
                ('referred_tenant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='invited shop')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
                ('referral_code', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='referrals', to='billing.referralcode', verbose_name='code')),
            ],
            options={
                'verbose_name': 'referral',
                'verbose_name_plural': 'referrals',
                'db_table': 'referrals',
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'held', 'paid', 'refused'])), name='ck_referrals_status'), models.CheckConstraint(condition=models.Q(('tenant', models.F('referred_tenant')), _negated=True), name='ck_referrals_not_oneself'), models.CheckConstraint(condition=models.Q(('reward', None), models.Q(('reward__gt', 0), ('reward__lt', 1000000000000)), _connector='OR'), name='ck_referrals_reward'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'held'), _negated=True), models.Q(('available_at__isnull', False), ('payment__isnull', False), ('reward__isnull', False)), _connector='OR'), name='ck_referrals_held'), models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('status', 'paid')), models.Q(models.Q(('status', 'paid'), _negated=True), ('entry__isnull', True)), _connector='OR'), name='ck_referrals_paid')],
            },
        ),
        migrations.CreateModel(
            name='ServicePrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('service_type', models.CharField(choices=[('ai_message', 'AI answer'), ('document_upload', 'Document upload'), ('bot_message', 'Bot message'), ('review_reply', 'Review reply'), ('complaint_draft', 'Complaint draft'), ('question_reply', 'Question reply'), ('chat_reply', 'Chat reply'), ('sequence_message', 'Sequence message')], max_length=32, verbose_name='service')),
                ('price', models.DecimalField(decimal_places=6, max_digits=18, verbose_name='price, ₽')),
                ('description', models.CharField(blank=True, max_length=255, verbose_name='description')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('valid_from', models.DateTimeField(verbose_name='from')),
                ('valid_to', models.DateTimeField(blank=True, null=True, verbose_name='to')),
            ],
            options={
                'verbose_name': 'price',
                'verbose_name_plural': 'prices',
                'db_table': 'service_prices',
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_active', True), ('valid_to__isnull', True)), fields=('service_type',), name='uq_service_prices_service_type_current'), models.CheckConstraint(condition=models.Q(('service_type__in', ['ai_message', 'document_upload', 'bot_message', 'review_reply', 'complaint_draft', 'question_reply', 'chat_reply', 'sequence_message'])), name='ck_service_prices_service_type'), models.CheckConstraint(condition=models.Q(('price__gt', 0), ('price__lt', 1000000000000)), name='ck_service_prices_price'), models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='ck_service_prices_period')],
            },
        ),
        migrations.CreateModel(
            name='Balance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='updated')),
                ('balance', models.DecimalField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='balance, ₽')),
                ('held', models.DecimalField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='reserved, ₽')),
                ('total_spent', models.DecimalField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='spent, ₽')),
                ('total_topped_up', models.DecimalField(decimal_places=6, default=Decimal('0'), max_digits=18, verbose_name='topped up, ₽')),
                ('exhausted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='ran out')),
                ('tenant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'balance',
                'verbose_name_plural': 'balances',
                'db_table': 'balances',
                'constraints': [models.CheckConstraint(condition=models.Q(('balance__gte', models.F('held')), ('balance__lt', 1000000000000), ('held__gte', 0)), name='ck_balances_balance'), models.CheckConstraint(condition=models.Q(('total_spent__gte', 0), ('total_spent__lt', 1000000000000), ('total_topped_up__gte', 0), ('total_topped_up__lt', 1000000000000)), name='ck_balances_totals')],
            },
        ),
    ]
