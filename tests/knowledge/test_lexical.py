"""Words become vectors whose product is BM25."""

import math

import pytest
from pgvector import SparseVector

from knowledge.lexical import Statistics, analyse, coverage
from knowledge.terms import (
    COUNT_TERM,
    K1,
    LENGTHS,
    B,
    Field,
    grams,
    normalise,
    passage_vector,
    stem,
    term,
    terms_of,
    terms_of_bytes,
    words,
)
from knowledge.vocabulary import GROUPS


def test_text_is_compared_without_case_yo_and_spaces():
    assert normalise("  Ещё\u00a0РАЗ \n") == "еще раз"


def test_russian_and_english_are_stemmed_each_its_own_way():
    assert stem("возврата") == stem("возврат")
    assert stem("deliveries") == stem("delivery")


def test_words_without_meaning_are_left_out_unless_nothing_else_is_there():
    assert words("А можно ли вернуть?") == ["вернуть"]
    assert words("как это?") == ["как", "это"]


def test_grams_mark_the_ends_of_a_word():
    assert grams("лен") == ["^ле", "лен", "ен$"]


def test_passage_vector_is_the_saturated_frequency():
    vector = passage_vector(text="лен лен хлопок", title="")
    values = dict(zip(vector.indices(), vector.values(), strict=True))

    norm = K1 * (1 - B + B * 3 / LENGTHS[Field.STEM])
    assert values[term(Field.STEM, stem("лен")) - 1] == pytest.approx(2 * (K1 + 1) / (2 + norm))
    assert values[term(Field.STEM, stem("хлопок")) - 1] == pytest.approx((K1 + 1) / (1 + norm))


def test_title_and_text_are_different_fields():
    in_text, in_title = (
        terms_of(passage_vector(**where)) for where in ({"text": "лен", "title": ""}, {"text": "", "title": "лен"})
    )

    assert in_text.isdisjoint(in_title)


def test_term_never_is_the_number_that_counts_passages():
    assert all(term(Field.STEM, str(number)) != COUNT_TERM for number in range(10_000))


def test_terms_are_read_from_the_bytes_that_are_sent():
    vector = passage_vector(text="лён и хлопок", title="Ткани")

    assert terms_of_bytes(vector.to_binary()) == terms_of(vector) != frozenset()
    assert terms_of_bytes(passage_vector(text="", title="").to_binary()) == frozenset()
    assert SparseVector.from_binary(vector.to_binary()).indices() == list(vector.indices())


def test_rare_words_weigh_more():
    statistics = Statistics(count=100, frequencies={1: 90, 2: 1})

    assert statistics.idf(1) < statistics.idf(2) < statistics.idf(3)
    assert statistics.idf(2) == pytest.approx(math.log(1 + 99.5 / 1.5))


def test_empty_knowledge_has_no_statistics_and_no_error():
    question = analyse("сколько стоит доставка")

    assert coverage(question, Statistics(), frozenset()) == 0.0


def test_coverage_counts_words_their_likes_and_their_parts():
    statistics = Statistics(count=10)
    present = terms_of(passage_vector(text="Оформить возврат можно за 14 дней", title="Условия"))

    def covered(text):
        return coverage(analyse(text), statistics, present)

    assert covered("возврат") == 1.0
    assert 0.8 < covered("вернуть") < 1.0
    assert 0.0 < covered("возварт") < 0.7
    assert covered("погода") < 0.15
    assert covered("погода возврат") < covered("возврат")


def test_groups_hold_words_not_phrases():
    assert all(len(group) > 1 for group in GROUPS)


def test_question_of_signs_only_has_no_words():
    assert analyse("?!…").words == ()
    assert analyse("?!…").weights == {}
