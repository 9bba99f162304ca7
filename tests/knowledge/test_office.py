"""Workbooks and presentations: what a reader sees, as headings and tables; bombs end in a sentence."""

import time

import pytest

from knowledge.chunking import MAX_TOKENS, chunk
from knowledge.extraction import limits
from tests.knowledge import files
from tests.knowledge.test_extraction import problem, read


def test_workbook_becomes_headings_and_tables():
    text = read("a.xlsx", files.xlsx_file()).text

    assert text == (
        "# Прайс\n\n## Цены интернет-магазина\n\n## Кружки\n\n"
        "| Товар | Цена | Скидка | Закупка | С какого дня |\n|---|---|---|---|---|\n"
        "| Кружка синяя | 490 | 10% | 120 | 01.03.2026 |\n"
        "| Кружка красная | 512.5 | 0% | 130 | 02.03.2026 09:30 |\n\n"
        "## Ложки\n\n"
        "| Товар | Цена | Скидка | Закупка | С какого дня |\n|---|---|---|---|---|\n"
        "| Ложка | 90 |  | 20 |  |\n\n"
        "# Доставка\n\n| Город | Срок |\n|---|---|\n| Самара | 2 дня |"
    )


def test_hidden_sheets_rows_and_columns_stay_the_sellers_secret():
    text = read("a.xlsx", files.xlsx_file(hidden=True)).text

    assert "Кружка синяя | 490 |" in text
    assert "Закупка" not in text
    assert "красная" not in text
    assert "Самара" not in text


def test_sheet_and_section_names_survive_chunking():
    passages = chunk(read("a.xlsx", files.xlsx_file()).text, title="Прайс-лист")

    assert {"Прайс", "Кружки", "Доставка"} <= {heading for one in passages for heading in one.headings}
    assert all(one.token_count > 0 for one in passages)


def test_every_part_of_a_long_table_has_its_header():
    passages = chunk(read("a.csv", "Товар;Цена\n" + "".join(f"Кружка номер {n};{n}\n" for n in range(300))).text)

    assert len(passages) > 5
    assert all("| Товар | Цена |" in one.text for one in passages)
    assert all(one.token_count <= MAX_TOKENS * 1.1 for one in passages)


def test_a_row_too_wide_for_a_passage_names_every_column():
    header = ";".join(f"Свойство {n}" for n in range(50))
    passages = chunk(read("a.csv", f"{header}\n" + ";".join(f"значение {n} довольно длинное" for n in range(50))).text)

    assert len(passages) > 1
    assert "Свойство 49: значение 49 довольно длинное" in passages[-1].text
    assert all(one.token_count <= MAX_TOKENS for one in passages)


def test_presentation_is_read_in_the_order_it_is_shown():
    shown = read(
        "a.pptx",
        files.pptx_file(
            files.slide("Доставка", "Три дня", "По всей России"),
            files.slide("Черновик", "Не показывать", hidden=True),
            files.slide("Цены", "Наши цены", rows=[["Товар", "Цена"], ["Кружка", "490"]]),
        ),
    )

    assert shown.text == (
        "# Доставка\n\n- Три дня\n\n- По всей России\n\n"
        "# Цены\n\nНаши цены\n\n| Товар | Цена |\n|---|---|\n| Кружка | 490 |"
    )


@pytest.mark.parametrize(
    ("name", "make", "expected"),
    [
        ("a.xlsx", lambda: files.archive(xl__workbook_dot_xml=b"<a/>"), "corrupt"),
        ("a.xlsx", lambda: files.archive(other=b"x"), "wrong_type"),
        ("a.xlsx", lambda: b"PK\x03\x04 broken", "corrupt"),
        ("a.xlsx", lambda: files.old_word(encrypted=True), "encrypted"),
        ("a.xlsx", lambda: files.wide_xlsx(2, 200), "too_long"),
        ("a.pptx", lambda: files.archive(ppt__presentation_dot_xml=b"<a"), "corrupt"),
        ("a.pptx", lambda: files.archive(other=b"x"), "wrong_type"),
        ("a.pptx", lambda: files.pptx_file(files.slide("", hidden=True)), "no_text"),
        ("a.xlsx", lambda: files.archive(xl__workbook_dot_xml=b"<a>" + b"\0" * 60_000_000), "bomb"),
        (
            "a.pptx",
            lambda: files.archive(ppt__presentation_dot_xml=b'<!DOCTYPE a [<!ENTITY l "ha">]><a>&l;</a>'),
            "bomb",
        ),
    ],
)
def test_hostile_office_files_end_with_a_reason(name, make, expected):
    assert problem(name, make()) == expected


def test_spreadsheet_of_half_a_million_cells_ends_soon():
    content = files.wide_xlsx(11_500, 45)
    started = time.monotonic()

    assert problem("a.xlsx", content) == "too_long"
    assert time.monotonic() - started < limits.WALL_SECONDS
