import pytest

from dialogs import intents


@pytest.mark.parametrize(
    "text",
    [
        "Позовите оператора",
        "соедините с живым человеком пожалуйста",
        "хочу поговорить с менеджером",
        "можно оператора?",
        "оператор",
        "Дайте живого человека!",
        "I want to talk to a human",
        "human",
        "Переключите меня на сотрудника",
    ],
)
def test_asking_for_a_person_is_understood(text):
    assert intents.read(text).intent == "ask_person"


@pytest.mark.parametrize(
    "text",
    [
        "Есть размер на человека ростом 190?",
        "не нужно звать оператора, вопрос про доставку",
        "Хочу вернуть заказ, как оформить возврат?",
        "Можно ли оплатить картой?",
        "Сколько человек в команде?",
    ],
)
def test_everyday_questions_do_not_call_a_person(text):
    assert intents.read(text).intent != "ask_person"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Здравствуйте!", "greeting"),
        ("добрый день", "greeting"),
        ("Спасибо большое", "thanks"),
        ("до свидания", "goodbye"),
        ("hello", "greeting"),
        ("Здравствуйте, а сколько стоит доставка курьером?", "delivery"),
        ("как вернуть платье", "return"),
        ("чем платить: картой или сбп", "payment"),
        ("абракадабра", "question"),
    ],
)
def test_topics_and_small_talk_are_told_apart(text, intent):
    assert intents.read(text).intent == intent


def test_order_numbers_phones_and_mails_are_found():
    reading = intents.read("Заказ №ЛК-20415, мой телефон +7 (912) 345-67-89, почта anna@example.com")

    assert reading.entities == {"order": ["ЛК-20415"], "phone": ["+7 (912) 345-67-89"], "email": ["anna@example.com"]}


@pytest.mark.parametrize(
    ("text", "language"), [("Где мой заказ?", "ru"), ("Where is my order?", "en"), ("123", "ru"), ("ok да нет", "ru")]
)
def test_the_answer_follows_the_customers_script(text, language):
    assert intents.language_of(text, default="ru") == language
