"""Forms of assistants, their keys and their sets."""

from assistants.forms.assistants import AssistantForm, DraftForm, NewAssistantForm
from assistants.forms.examples import CollectForm, ExampleForm, ImportForm, NewSetForm, SetForm
from assistants.forms.keys import KeyForm

__all__ = [
    "AssistantForm",
    "CollectForm",
    "DraftForm",
    "ExampleForm",
    "ImportForm",
    "KeyForm",
    "NewAssistantForm",
    "NewSetForm",
    "SetForm",
]
