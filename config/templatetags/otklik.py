"""Template tags of the design system."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Show an icon of ``otklik/icons.svg``: decoration, or an image called ``label``."""
    address = f"{static('otklik/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', address)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """Return the page's query string with some parameters changed; ``None`` removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}" if parameters else "?"


@register.filter
def initials(name: object) -> str:
    """Return one or two letters that stand for a name."""
    words = [word for word in str(name).split("@")[0].split() if word[:1].isalnum()]
    return "".join(word[0] for word in words[:2]) or "·"
