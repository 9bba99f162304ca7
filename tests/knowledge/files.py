"""Documents made on the spot, good and hostile; none of them is kept in the repository."""

import io
import struct
import zipfile
import zlib
from datetime import UTC, date, datetime

import docx
import openpyxl
from docx.shared import Pt, RGBColor
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

NINE_THIRTY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC).replace(tzinfo=None)  # Excel knows no zones
ASCII_FONT = DictionaryObject(
    {
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    }
)


def docx_file() -> bytes:
    """A document with headings, a list, a table, and runs nobody sees."""
    document = docx.Document()
    document.add_heading("Доставка", level=1)
    document.add_paragraph("Привозим за три дня по всей России.")
    document.add_paragraph("До пункта выдачи", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table.rows[0].cells, ("Город", "Срок"), strict=True):
        cell.text = text
    for cell, text in zip(table.rows[1].cells, ("Самара", "2 дня"), strict=True):
        cell.text = text
    paragraph = document.add_paragraph("Оплата картой. ")
    paragraph.add_run("Секрет: скидка 90%").font.hidden = True
    paragraph.add_run("Белым по белому").font.color.rgb = RGBColor(255, 255, 255)
    paragraph.add_run("Крошечным").font.size = Pt(1)
    return _saved(document)


def _saved(document: object) -> bytes:
    target = io.BytesIO()
    document.save(target)  # type: ignore[attr-defined]  # python-docx has no types
    return target.getvalue()


def pdf_file(*pages: bytes, password: str = "") -> bytes:
    """A PDF whose pages have the given content streams."""
    writer = PdfWriter()
    for content in pages:
        page = writer.add_blank_page(595, 842)
        stream = DecodedStreamObject()
        stream.set_data(content)
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): ASCII_FONT})}
        )
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def pdf_text(*lines: str, size: int = 12, before: str = "", top: int = 800) -> bytes:
    """A content stream that writes lines one below the other."""
    shown = "".join(f"BT /F1 {size} Tf 50 {top - 20 * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines))
    return f"{before}\n{shown}".encode("latin-1")


def cyclic_pdf() -> bytes:
    """A PDF whose page tree is its own child."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    root = writer._root_object["/Pages"]
    root[NameObject("/Kids")] = ArrayObject([writer._root_object.raw_get("/Pages")] * 3)
    root[NameObject("/Count")] = NumberObject(3)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def archive(**entries: bytes) -> bytes:
    """A zip file; ``__`` in a name stands for a slash and ``_dot_`` for a full stop."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in entries.items():
            container.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def bomb_docx() -> bytes:
    """A small DOCX whose main part unpacks to 60 MB."""
    return archive(word__document_dot_xml=b"<a>" + b"\0" * 60_000_000)


def lying_docx() -> bytes:
    """A DOCX whose directory says that its part is small."""
    honest = bytearray(archive(word__document_dot_xml=b"<a>" + b"x" * 30_000_000))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = honest.find(signature)
        struct.pack_into("<I", honest, at + offset, 1000)
    return bytes(honest)


def overlapping_docx() -> bytes:
    """A zip whose directory names the same bytes many times."""
    content = zlib.compress(b"x" * 1_000_000)[2:-4]
    checksum = zlib.crc32(b"x" * 1_000_000)
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, checksum, len(content), 1_000_000, 1, 0) + b"a"
    directory = b"".join(
        struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, checksum, len(content), 1_000_000, 4, 0, 0, 0, 0, 0, 0
        )
        + f"a{n:03d}".encode()
        for n in range(200)
    )
    body = local + content
    return body + directory + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 200, 200, len(directory), len(body), 0)


def laughing_docx() -> bytes:
    """A DOCX with entities that multiply."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return archive(
        word__document_dot_xml=f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">{lines}]><a>&l9;</a>'.encode()
    )


def old_word(*, encrypted: bool) -> bytes:
    """The container of Word before 2007, also of anything with a password."""
    name = "EncryptedPackage" if encrypted else "WordDocument"
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 6000 + name.encode("utf-16-le") + b"\0" * 512


def xlsx_file(*, hidden: bool = False) -> bytes:
    """A price list with a title, sections, dates, shares and merged notes; on request with things nobody sees."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Прайс"
    for row in (
        ["Цены интернет-магазина"],
        [],
        ["Товар", "Цена", "Скидка", "Закупка", "С какого дня"],
        ["Кружки"],
        ["Кружка синяя", 490.0, 0.1, 120, date(2026, 3, 1)],
        ["Кружка красная", 512.5, 0, 130, NINE_THIRTY],
        ["Ложки"],
        ["Ложка", 90, None, 20, None],
    ):
        sheet.append(row)
    sheet["C5"].number_format = sheet["C6"].number_format = "0%"
    rules = book.create_sheet("Доставка")
    rules.append(["Город", "Срок"])
    rules.append(["Самара", "2 дня"])
    if hidden:
        sheet.column_dimensions["D"].hidden = True
        sheet.row_dimensions[6].hidden = True
        rules.sheet_state = "hidden"
    return _saved(book)


def wide_xlsx(rows: int, columns: int) -> bytes:
    """A sheet of so many filled cells."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Данные")
    for number in range(rows):
        sheet.append([number] * columns)
    return _saved(book)


SLIDE = """<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"{attributes}><p:cSld><p:spTree>
<p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr/><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr>
<p:txBody><a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:txBody></p:sp>
<p:sp><p:nvSpPr><p:cNvPr id="3" name="b"/><p:cNvSpPr/><p:nvPr><p:ph idx="1"/></p:nvPr></p:nvSpPr>
<p:txBody>{paragraphs}</p:txBody></p:sp>{table}
<p:sp><p:nvSpPr><p:cNvPr id="9" name="n"/><p:cNvSpPr/><p:nvPr><p:ph type="sldNum"/></p:nvPr></p:nvSpPr>
<p:txBody><a:p><a:r><a:t>77</a:t></a:r></a:p></p:txBody></p:sp>
</p:spTree></p:cSld></p:sld>"""
PRESENTATION = """<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><p:sldIdLst>{}</p:sldIdLst>
</p:presentation>"""
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
RELATION = '<Relationship Id="r{0}" Type="http://x/relationships/slide" Target="slides/slide{0}.xml"/>'


def slide(title: str, *lines: str, rows: list[list[str]] | None = None, hidden: bool = False) -> str:
    """One slide: a title, bullets, a page number and perhaps a table."""

    def paragraph(text):
        return f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"

    cells = "".join(
        f"<a:tr>{''.join(f'<a:tc><a:txBody>{paragraph(c)}</a:txBody></a:tc>' for c in row)}</a:tr>"
        for row in rows or []
    )
    frame = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="5" name="x"/><p:cNvGraphicFramePr/><p:nvPr/>'
        f"</p:nvGraphicFramePr><a:graphic><a:graphicData><a:tbl>{cells}</a:tbl></a:graphicData></a:graphic>"
        "</p:graphicFrame>"
    )
    return SLIDE.format(
        attributes=' show="0"' if hidden else "",
        title=title,
        paragraphs="".join(map(paragraph, lines)),
        table=frame if rows else "",
    )


def pptx_file(*slides: str) -> bytes:
    """A presentation whose slides are stored in another order than they are shown."""
    numbers = list(range(len(slides), 0, -1))
    shown = "".join(f'<p:sldId id="{300 + n}" r:id="r{n}"/>' for n in numbers)
    return archive(
        ppt__presentation_dot_xml=PRESENTATION.format(shown).encode(),
        ppt___rels__presentation_dot_xml_dot_rels=RELATIONS.format(
            "".join(RELATION.format(n) for n in numbers)
        ).encode(),
        **{f"ppt__slides__slide{n}_dot_xml": content.encode() for n, content in zip(numbers, slides, strict=True)},
    )
