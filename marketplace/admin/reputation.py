"""The daily counts behind the reputation page, to look at."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from config.admin import FactAdmin
from marketplace.models import ReviewDay, TopicDay


@admin.register(ReviewDay)
class ReviewDayAdmin(FactAdmin):
    """How products were reviewed, day by day."""

    list_display = ("product", "day", "stars_1", "stars_2", "stars_3", "stars_4", "stars_5", "answered")
    list_filter = (("store", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("product",)
    search_fields = ("=product__wb_product_id",)
    ordering = ("-day", "-pk")


@admin.register(TopicDay)
class TopicDayAdmin(FactAdmin):
    """What bad reviews were about, day by day."""

    list_display = ("product", "topic", "day", "count")
    list_filter = ("topic", ("store", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("product",)
    search_fields = ("=product__wb_product_id",)
    ordering = ("-day", "-pk")
