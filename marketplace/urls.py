"""Pages of marketplace."""

from django.urls import URLPattern, URLResolver, path

from marketplace.views import products

urlpatterns: list[URLPattern | URLResolver] = [
    path("products/", products.product_list, name="products"),
    path("products/edit/", products.edit_products, name="edit_products"),
    path("products/rules/", products.rule_matrix, name="rules"),
    path("products/rules/save/", products.save_rules, name="save_rules"),
    path("products/rules/store/<uuid:uuid>/", products.default_rule, name="default_rule"),
    path("products/<uuid:uuid>/", products.product, name="product"),
]
