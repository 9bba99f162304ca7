"""What a set asks, in one short word: a run is proof only for the set it ran."""

import hashlib
import json

from assistants.models import TrainingDataset


def digest_of(dataset: TrainingDataset) -> str:
    """Return the digest of the examples a run of this set would use."""
    rows = dataset.examples.approved().order_by("pk")
    values = rows.values_list(
        "pk",
        "input_text",
        "expected_output",
        "expected_facts",
        "forbidden_phrases",
        "expected_source",
        "must_refuse",
        "language_code",
    )
    return hashlib.sha256(json.dumps([list(row) for row in values], ensure_ascii=False).encode()).hexdigest()
