"""Examples of right answers, and how versions of assistants did on them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assistants import services
from assistants.enums import ExampleStatus
from assistants.models import EvaluationResult, EvaluationRun, TrainingDataset, TrainingExample
from assistants.services import evaluating
from config.admin import FactAdmin, ModelAdmin


@admin.register(TrainingDataset)
class DatasetAdmin(ModelAdmin):
    """Collections of examples."""

    list_display = ("name", "tenant", "assistant", "is_required", "required_share", "created_at")
    list_select_related = ("tenant", "assistant")
    search_fields = ("=uuid", "tenant__slug__exact", "name__istartswith")
    autocomplete_fields = ("assistant",)
    raw_id_fields = ("tenant", "created_by")
    readonly_fields = ("uuid", "created_at", "updated_at")


@admin.register(TrainingExample)
class ExampleAdmin(ModelAdmin):
    """Questions and right answers."""

    list_display = ("__str__", "dataset", "status", "approved_by", "created_at")
    list_filter = ("status",)
    list_select_related = ("dataset", "approved_by")
    search_fields = ("=uuid", "=source_dialog_uuid")
    search_help_text = _("Id of the example or of its dialog")
    autocomplete_fields = ("dataset",)
    raw_id_fields = ("tenant", "created_by")
    readonly_fields = ("uuid", "status", "approved_by", "approved_at", "created_at", "updated_at")
    actions = ("approve", "reject")

    @admin.action(description=_("Approve"), permissions=["change"])
    def approve(self, request: HttpRequest, examples: QuerySet[TrainingExample]) -> None:
        """Vouch for examples."""
        self._judge(request, examples, ExampleStatus.APPROVED)

    @admin.action(description=_("Reject"), permissions=["change"])
    def reject(self, request: HttpRequest, examples: QuerySet[TrainingExample]) -> None:
        """Turn examples down."""
        self._judge(request, examples, ExampleStatus.REJECTED)

    def _judge(self, request: HttpRequest, examples: QuerySet[TrainingExample], status: ExampleStatus) -> None:
        def judge(example: TrainingExample) -> None:
            if isinstance(request.user, User):
                services.judge_example(example, status=status, by=request.user, at=now())

        self.each(request, examples, judge, _("%(count)s examples judged."))


@admin.register(EvaluationRun)
class RunAdmin(FactAdmin):
    """Runs of sets: how far each is, and a way to stop it."""

    list_display = ("__str__", "tenant", "status", "done_count", "passed_count", "total", "price", "created_at")
    list_filter = ("status", "use_judge")
    list_select_related = ("tenant", "dataset", "version__assistant")
    search_fields = ("=uuid", "tenant__slug__exact")
    ordering = ("-id",)
    actions = ("stop",)

    @admin.action(description=_("Stop"), permissions=["view"])
    def stop(self, request: HttpRequest, runs: QuerySet[EvaluationRun]) -> None:
        """End runs after the example under way."""
        self.each(request, runs, lambda run: evaluating.stop_run(run, at=now()), _("%(count)s runs stopped."))


@admin.register(EvaluationResult)
class ResultAdmin(FactAdmin):
    """How single examples went."""

    list_display = ("__str__", "run", "outcome", "passed", "score", "model_used", "seconds", "price", "created_at")
    list_filter = ("passed", "outcome")
    list_select_related = ("run__dataset", "run__version__assistant")
    search_fields = ("=run__uuid",)
    search_help_text = _("Run’s id")
    ordering = ("-id",)
