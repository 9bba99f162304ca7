"""Passages say something whole, and nothing of the text is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.chunking import MAX_TOKENS, chunk, estimate_tokens


def paragraphs(count, words=60):
    return "\n\n".join(f"Абзац {n}. " + f"слово{n} " * words for n in range(count))


def test_short_text_is_one_passage():
    (only,) = chunk("# Доставка\n\nТри дня.", title="Доставка")

    assert only.text == "Три дня."
    assert only.heading_path == ""
    assert only.index == 0


def test_short_neighbouring_sections_share_a_passage():
    text = "\n\n".join(f"## Раздел {n}\n\nКоротко о разделе номер {n}." for n in range(4))

    (only,) = chunk(text)

    assert only.headings == ("Раздел 0", "Раздел 1", "Раздел 2", "Раздел 3")
    assert "Коротко о разделе номер 3." in only.text


def test_long_sections_are_cut_at_their_headings():
    text = f"# Оплата\n\n{paragraphs(2)}\n\n# Возврат\n\n{paragraphs(2)}"

    paths = [one.heading_path for one in chunk(text)]

    assert paths[0] == "Оплата"
    assert paths[-1] == "Возврат"


def test_heading_goes_with_what_it_heads():
    text = f"{paragraphs(2)}\n\n## Важное\n\n{paragraphs(1)}"

    assert not any(one.text.endswith("Важное") for one in chunk(text))


def test_passages_keep_to_their_size():
    chunks = chunk(paragraphs(40))

    assert len(chunks) > 10
    assert all(one.token_count <= MAX_TOKENS + 60 for one in chunks)


def test_cut_inside_a_section_repeats_the_last_sentence():
    text = "\n\n".join("Начало. " + "слово " * 120 + f"конец. Последняя фраза {n}." for n in range(3))

    first, second, *_ = chunk(text)

    assert first.text.endswith("Последняя фраза 0.")
    assert second.text.startswith("Последняя фраза 0.")


def test_every_part_of_a_long_table_keeps_the_header():
    rows = "\n".join(f"| Город {n} | {n} дней | {n * 10} рублей |" for n in range(200))
    text = f"| Город | Срок | Цена |\n|---|---|---|\n{rows}"

    chunks = chunk(text)

    assert len(chunks) > 3
    assert all(one.text.startswith("| Город | Срок | Цена |\n|---|---|---|") for one in chunks)
    assert sum(one.text.count("рублей") for one in chunks) == 200


def test_endless_sentence_is_cut_between_words():
    chunks = chunk("слово " * 3000)

    assert all(one.token_count <= MAX_TOKENS + 60 for one in chunks)
    assert " ".join(one.text for one in chunks).count("слово") >= 3000


def test_word_without_end_is_cut_too():
    assert all(one.token_count <= 2 * MAX_TOKENS for one in chunk("ы" * 20_000))


def test_digest_differs_by_place():
    first, second = chunk(f"# А\n\n{paragraphs(2)}\n\n# Б\n\n{paragraphs(2)}")[:2]

    assert first.digest != second.digest
    assert first.digest == chunk(f"# А\n\n{paragraphs(2)}\n\n# Б\n\n{paragraphs(2)}")[0].digest


def test_russian_costs_more_tokens_than_english():
    assert estimate_tokens("доставка" * 10) > estimate_tokens("delivery" * 10)


WORDS = st.text(alphabet="абвгд ", min_size=1, max_size=400)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), WORDS), max_size=20))
def test_no_word_is_lost(parts):
    text = "\n\n".join(f"## {words}" if is_heading else words for is_heading, words in parts)
    kept = " ".join(f"{one.text}" for one in chunk(text)).split()

    expected = [word for is_heading, words in parts if not is_heading for word in words.split()]
    assert not set(expected) - set(kept)
