"""Passages as people read them."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe

from knowledge.extraction.blocks import Block, Kind
from knowledge.extraction.markdown import parse_text
from knowledge.ports import dialog_url

register = template.Library()


@register.filter
def passage(text: str) -> SafeString:
    """Show a passage's text: its tables as tables, all else as paragraphs; markup in it stays text."""
    return mark_safe("".join(map(_shown, parse_text(text).blocks)))  # noqa: S308 -- every part is escaped below


@register.filter
def asked_in(row: Any) -> str:
    """Return the address of the conversation a question or an answer comes from, or nothing."""
    return dialog_url(row.dialog_uuid, row.seq)


def _shown(block: Block) -> str:
    if block.kind is Kind.TABLE:
        header, *rows = block.rows
        return format_html(
            '<div class="table-wrap"><table class="table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
            format_html_join("", "<th>{}</th>", ((cell,) for cell in header)),
            format_html_join(
                "", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in rows)
            ),
        )
    return linebreaks(f"• {block.text}" if block.kind is Kind.ITEM else block.text, autoescape=True)
