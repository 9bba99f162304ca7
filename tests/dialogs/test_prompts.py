"""What the model is told."""

from assistants.models import Assistant
from dialogs import prompts
from dialogs.enums import Sender
from dialogs.models import DialogMessage

QUESTION = [DialogMessage(sender=Sender.CUSTOMER, text="Сколько стоит доставка?")]


def system(**facts):
    assistant = Assistant(system_prompt="Будь вежлива.")
    return prompts.build(assistant, passages=[], history=QUESTION, language="ru", boundary="mark", **facts)[0].content


def test_a_colleagues_wish_stands_before_the_passages_and_nothing_stands_for_none():
    wish = "A colleague who talked to this customer asks you: Предложи самовывоз"

    said = system(instruction=" Предложи самовывоз\n")

    assert said == system().replace('<passages boundary="mark">', f'{wish}\n\n<passages boundary="mark">', 1)
    assert system(instruction="  ") == system()
