"""What people fill in about a website."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledge.enums import CrawlSchedule, PageState, WebSourceKind
from knowledge.forms import ForAssistant
from knowledge.models.websites import MAX_DEPTH, MAX_PAGES
from knowledge.websites.addresses import URL_CHARACTERS, typed_address

MOST_PREFIXES = 50


class RulesForm(ForAssistant):
    """How a site is read."""

    kind = forms.ChoiceField(label=_("Pages"), choices=WebSourceKind.choices, initial=WebSourceKind.CRAWL)
    max_pages = forms.IntegerField(label=_("At most pages"), min_value=1, max_value=MAX_PAGES, initial=50)
    max_depth = forms.IntegerField(
        label=_("At most links away"),
        min_value=0,
        max_value=MAX_DEPTH,
        initial=3,
        help_text=_("How many clicks from the first page; only where links are followed."),
    )
    schedule = forms.ChoiceField(label=_("Read anew"), choices=CrawlSchedule.choices, initial=CrawlSchedule.WEEKLY)
    include = forms.CharField(
        label=_("Only pages below"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "/help/"}),
        help_text=_("One path per line. Empty: the whole site."),
    )
    exclude = forms.CharField(
        label=_("Not pages below"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "/blog/"}),
        help_text=_("One path per line."),
    )

    def clean_include(self) -> list[str]:
        """Return the paths."""
        return self._paths("include")

    def clean_exclude(self) -> list[str]:
        """Return the paths."""
        return self._paths("exclude")

    def _paths(self, name: str) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data[name].splitlines() if line.strip()]
        if len(lines) > MOST_PREFIXES or any(len(line) > 500 for line in lines):  # noqa: PLR2004 -- the column's width
            raise forms.ValidationError(_("At most 50 paths of 500 characters."))
        return lines


class SiteForm(RulesForm):
    """A site to be added."""

    url = forms.CharField(
        label=_("Address of the site"),
        max_length=URL_CHARACTERS,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "shop.example.ru"}),
    )
    field_order = ("url", "kind", "assistant", "schedule", "max_pages", "max_depth", "include", "exclude")

    def clean_url(self) -> str:
        """Take addresses of the web only."""
        address = typed_address(self.cleaned_data["url"])
        if not address:
            raise forms.ValidationError(_("This is no address of a web page."))
        return address


class ChangeForm(RulesForm):
    """How a known site is read from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["assistant"]


class PageFilter(forms.Form):
    """Which pages of a site to show."""

    state = forms.ChoiceField(label=_("State"), choices=[("", _("Any state")), *PageState.choices], required=False)
