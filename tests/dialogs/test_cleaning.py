import pytest

from dialogs.cleaning import clean

SOURCE = "Таблица размеров: https://shop.example.com/sizes. Телефон +7 (4932) 00-00-17."


@pytest.mark.parametrize(
    ("dirty", "clean_text"),
    [
        ("Доставка <b>бесплатна</b> от 6 000 ₽", "Доставка бесплатна от 6 000 ₽"),
        ("![x](https://evil.example/?q=secret)Привет", "xПривет"),
        ("<img src=x onerror=alert(1)>Да", "Да"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("см. [таблицу](https://shop.example.com/sizes)", "см. [таблицу](https://shop.example.com/sizes)"),
        ("см. [сюда](https://evil.example/)", "см. сюда"),
        ("см. [сюда](javascript:alert(1))", "см. сюда)"),
        ("Ссылка https://evil.example/x и https://shop.example.com/sizes", "Ссылка  и https://shop.example.com/sizes"),
        ("текст\u202eобратно\u200b", "текстобратно"),
        ("скрыто\U000e0041\U000e0042", "скрыто"),
        ("2 < 3 и 5 > 4", "2 < 3 и 5 > 4"),
        ("a\n\n\n\n\nb", "a\n\nb"),
    ],
)
def test_only_text_and_known_links_survive(dirty, clean_text):
    assert clean(dirty, sources=[SOURCE]) == clean_text


def test_an_endless_answer_is_cut():
    assert len(clean("слово " * 50_000, sources=[])) == 6_000
