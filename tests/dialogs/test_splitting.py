from hypothesis import given
from hypothesis import strategies as st

from dialogs.splitting import split, units


@given(st.text(), st.integers(min_value=2, max_value=60))
def test_every_piece_fits_and_nothing_but_blanks_is_lost(text, limit):
    pieces = split(text, limit=limit)

    assert all(0 < units(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_emoji_count_twice_as_messengers_count_them():
    assert split("😀" * 3, limit=4) == ["😀😀", "😀"]


def test_a_short_text_stays_whole():
    assert split(" Здравствуйте. Слушаю вас. ", limit=100) == ["Здравствуйте. Слушаю вас."]


def test_a_paragraph_is_a_better_border_than_a_sentence():
    assert split("Один. Два.\n\nТри. Четыре.", limit=18) == ["Один. Два.", "Три. Четыре."]
