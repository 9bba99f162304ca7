"""Pages of marketplace."""

from django.urls import URLPattern, URLResolver, path

from marketplace.views import chats, desk, files, questions, reputation, reviews, sequences, stores, talking

urlpatterns: list[URLPattern | URLResolver] = [
    path("chats/", chats.chat_board, name="chats"),
    path("chats/column/<slug:status>/", chats.chat_column, name="chat_column"),
    path("chats/templates/", sequences.template_list, name="sequence_templates"),
    path("chats/templates/new/", sequences.template_edit, name="sequence_template_new"),
    path("chats/templates/<uuid:uuid>/", sequences.template_edit, name="sequence_template"),
    path("chats/templates/<uuid:uuid>/delete/", sequences.template_delete, name="sequence_template_delete"),
    path("chats/<uuid:uuid>/", chats.chat, name="chat"),
    path("chats/<uuid:uuid>/move/", chats.move, name="chat_move"),
    path("chats/<uuid:uuid>/judge/", chats.judge, name="chat_judge"),
    path("chats/<uuid:uuid>/say/", talking.say, name="chat_say"),
    path("chats/<uuid:uuid>/draft/", talking.draft, name="chat_draft"),
    path("chats/<uuid:uuid>/remind/", talking.remind, name="chat_remind"),
    path("chats/<uuid:uuid>/outgoing/<uuid:outgoing>/", talking.settle, name="chat_settle"),
    path("chats/<uuid:uuid>/files/<uuid:message>/", files.chat_file, name="chat_file"),
    path("wildberries/stores/", stores.stores, name="stores"),
    path("wildberries/stores/new/", stores.connect_store, name="connect_store"),
    path("wildberries/stores/<uuid:uuid>/", stores.store, name="store"),
    path("wildberries/stores/<uuid:uuid>/tokens/", stores.replace_tokens, name="replace_tokens"),
    path("wildberries/stores/<uuid:uuid>/<slug:verb>/", stores.store_command, name="store_command"),
    path("chats/<uuid:uuid>/links/<uuid:link>/", chats.link, name="chat_link"),
    path("reviews/", reviews.review_list, name="reviews"),
    path("reviews/next/", reviews.next_review, name="next_review"),
    path("reviews/approve/", reviews.approve_many, name="approve_reviews"),
    path("reviews/costs/", desk.costs, name="desk_costs"),
    path("reviews/settings/", desk.desk_settings, name="desk_settings"),
    path("reviews/settings/rules/<uuid:uuid>/", desk.save_rule, name="desk_rule"),
    path("reviews/questions/", questions.question_list, name="questions"),
    path("reviews/questions/<uuid:uuid>/", questions.question, name="question"),
    path("reviews/questions/<uuid:uuid>/act/", questions.act_on_question, name="question_act"),
    path("reviews/replies/<uuid:uuid>/", reviews.act_on_reply, name="reply_act"),
    path("reviews/<uuid:uuid>/", reviews.review, name="review"),
    path("reviews/<uuid:uuid>/act/", reviews.act_on_review, name="review_act"),
    path("reputation/", reputation.reputation, name="reputation"),
    path("reputation.csv", reputation.reputation_csv, name="reputation_csv"),
]
