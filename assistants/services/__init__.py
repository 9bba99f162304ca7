"""What people do with assistants, keys, models, sets and their runs."""

from assistants.services.assistants import (
    EDITABLE,
    change_assistant,
    change_or_draft,
    clean_origins,
    clean_questions,
    create_assistant,
    delete_assistant,
    note_new_knowledge,
)
from assistants.services.evaluating import as_versioned, start_run, stop_run
from assistants.services.examples import (
    add_example,
    change_dataset,
    change_example,
    clean_lines,
    collect_examples,
    create_dataset,
    judge_example,
)
from assistants.services.exchanging import export_examples, export_for_tuning, import_examples
from assistants.services.identity import is_signed, renew_identity_secret, signature_of, withdraw_identity_secret
from assistants.services.judging import can_judge
from assistants.services.keys import make_default, park_key, unpark_key, unpark_route
from assistants.services.versions import (
    VERSIONED,
    draft_version,
    guards_of,
    has_passed,
    publish_version,
    restore_version,
    version_in_force,
)

__all__ = [
    "EDITABLE",
    "VERSIONED",
    "add_example",
    "as_versioned",
    "can_judge",
    "change_assistant",
    "change_dataset",
    "change_example",
    "change_or_draft",
    "clean_lines",
    "clean_origins",
    "clean_questions",
    "collect_examples",
    "create_assistant",
    "create_dataset",
    "delete_assistant",
    "draft_version",
    "export_examples",
    "export_for_tuning",
    "guards_of",
    "has_passed",
    "import_examples",
    "is_signed",
    "judge_example",
    "make_default",
    "note_new_knowledge",
    "park_key",
    "publish_version",
    "renew_identity_secret",
    "restore_version",
    "signature_of",
    "start_run",
    "stop_run",
    "unpark_key",
    "unpark_route",
    "version_in_force",
    "withdraw_identity_secret",
]
