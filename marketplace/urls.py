"""Pages of marketplace."""

from django.urls import URLPattern, URLResolver, path

from marketplace.views import chats, complaint_reports, complaints, files, products, reputation, stores

urlpatterns: list[URLPattern | URLResolver] = [
    path("products/", products.product_list, name="products"),
    path("products/edit/", products.edit_products, name="edit_products"),
    path("products/rules/", products.rule_matrix, name="rules"),
    path("products/rules/save/", products.save_rules, name="save_rules"),
    path("products/rules/store/<uuid:uuid>/", products.default_rule, name="default_rule"),
    path("products/<uuid:uuid>/", products.product, name="product"),
    path("complaints/", complaints.candidates, name="complaints"),
    path("complaints/drafts/", complaints.complaint_list, {"tab": "drafts"}, name="complaint_drafts"),
    path("complaints/filed/", complaints.complaint_list, {"tab": "filed"}, name="complaints_filed"),
    path("complaints/decided/", complaints.complaint_list, {"tab": "decided"}, name="complaints_decided"),
    path("complaints/import/", complaint_reports.import_outcomes, name="import_outcomes"),
    path("complaints/analytics/", complaint_reports.analytics, name="complaint_analytics"),
    path("complaints/export/", complaint_reports.export_complaints, name="export_complaints"),
    path("complaints/uploads/", complaint_reports.upload_list, name="extension_uploads"),
    path("complaints/uploads/<uuid:uuid>/", complaint_reports.upload, name="extension_upload"),
    path("complaints/draft/<uuid:uuid>/", complaints.draft_complaint, name="draft_complaint"),
    path("complaints/<uuid:uuid>/", complaints.complaint, name="complaint"),
    path("complaints/<uuid:uuid>/move/", complaints.move_complaint, name="move_complaint"),
    path("chats/", chats.chat_board, name="chats"),
    path("chats/column/<slug:status>/", chats.chat_column, name="chat_column"),
    path("chats/<uuid:uuid>/", chats.chat, name="chat"),
    path("chats/<uuid:uuid>/move/", chats.move, name="chat_move"),
    path("chats/<uuid:uuid>/judge/", chats.judge, name="chat_judge"),
    path("chats/<uuid:uuid>/files/<uuid:message>/", files.chat_file, name="chat_file"),
    path("wildberries/stores/", stores.stores, name="stores"),
    path("wildberries/stores/new/", stores.connect_store, name="connect_store"),
    path("wildberries/stores/<uuid:uuid>/", stores.store, name="store"),
    path("wildberries/stores/<uuid:uuid>/tokens/", stores.replace_tokens, name="replace_tokens"),
    path("wildberries/stores/<uuid:uuid>/<slug:verb>/", stores.store_command, name="store_command"),
    path("chats/<uuid:uuid>/links/<uuid:link>/", chats.link, name="chat_link"),
    path("reputation/", reputation.reputation, name="reputation"),
    path("reputation.csv", reputation.reputation_csv, name="reputation_csv"),
]
