"""The rules an answer is judged by."""

import pytest

from assistants.ports import Rehearsed
from assistants.scoring import is_refusal, judge
from tests.factories.assistants import ExampleFactory


def verdict(text, *, sources=(), is_refusal=False, **rules):
    example = ExampleFactory.build(**{"expected_output": "", **rules})
    return judge(example, Rehearsed(text=text, is_refusal=is_refusal, sources=sources))


@pytest.mark.parametrize(
    ("fact", "text", "found"),
    [
        ("490 рублей", "Курьер привезёт за 490 рублей.", True),
        ("490 рублей", "Доставка: рублями, всего 490 рубля.", True),
        ("490 рублей", "Курьер стоит 1 490 рублей.", False),
        ("1490 рублей", "Курьер стоит 1\u202f490 рублей.", True),
        ("490 рублей", "Цена 490. Платят в рублях.", False),
        ("14 дней | двух недель", "Вернуть можно в течение двух недель.", True),
        ("самовывоз", "Самовывоза у нас нет", True),
        ("Ещё", "еще раз", True),
        ("within 14 days", "You may return it within 14 days.", True),
    ],
)
def test_a_fact_is_found_in_any_form_within_one_sentence(fact, text, found):
    assert verdict(text, expected_facts=[fact]).passed is found


def test_a_forbidden_phrase_is_found_word_after_word():
    rules = {"forbidden_phrases": ["скидка 50 %"]}

    assert not verdict("Дарим скидку 50 % сегодня.", **rules).passed
    assert verdict("Скидка действует, всего 50 мест.", **rules).passed


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("К сожалению, в базе знаний магазина нет ответа на этот вопрос.", True),
        ("Я не знаю, есть ли эта модель.", True),
        ("I could not find a reliable answer to this.", True),
        ("Доставка стоит 490 рублей. Если не нашли размер, напишите нам.", False),
    ],
)
def test_saying_that_it_does_not_know_is_recognised(text, refuses):
    assert is_refusal(Rehearsed(text=text, is_refusal=False)) is refuses
    assert verdict(text, must_refuse=True).passed is refuses
    assert verdict(text).passed is not refuses


def test_the_document_is_found_by_title_or_by_id():
    sources = [{"title": "Оплата", "document": None}, {"title": "Доставка СДЭК › Сроки", "document": "0193-a"}]

    assert verdict("Да.", sources=sources, expected_source="доставка сдэк").checks[1].found.startswith("2. ")
    assert verdict("Да.", sources=sources, expected_source="0193-a").passed
    assert not verdict("Да.", sources=sources, expected_source="Возврат").passed


def test_without_facts_the_right_answer_is_compared_by_words_and_numbers():
    right = "Курьер СДЭК стоит 490 рублей и приезжает за два дня."

    assert verdict("Курьер СДЭК приезжает за два дня и стоит 490 рублей.", expected_output=right).passed
    assert not verdict("Курьер СДЭК приезжает за два дня и стоит 590 рублей.", expected_output=right).passed
    assert not verdict("490 рублей.", expected_output=right).passed


def test_the_language_is_checked_and_the_score_is_the_share_of_rules():
    given = verdict("Delivery costs 490 roubles.", expected_facts=["490"], language_code="ru")

    assert not given.passed
    assert given.score == pytest.approx(2 / 3)
    assert [(check.rule, check.passed) for check in given.checks] == [
        ("answers", True),
        ("fact", True),
        ("language", False),
    ]
