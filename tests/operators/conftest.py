"""What dialogs' tests have at hand: an assistant that knows two things, a model server, workers asleep."""

from tests.dialogs.conftest import (  # noqa: F401 -- fixtures
    _model_server_process,
    _no_models,
    assistant,
    embedded,
    informed,
    model_server,
    sleeping_workers,
    tenant,
)
