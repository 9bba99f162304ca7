"""Pages of operators."""

from django.urls import URLPattern, URLResolver, path

from operators import console, customers, figures, lists, promises, views, webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", console.console, name="console"),
    path("figures/", figures.figures, name="figures"),
    path("figures/conversations.csv", figures.figures_csv, name="figures_csv"),
    path("tickets/", views.ticket_list, name="tickets"),
    path("tickets/deadlines/", promises.page, name="ticket_promises"),
    path("tickets/new/", views.new_ticket, name="new_ticket"),
    path("tickets/<uuid:uuid>/", views.ticket, name="ticket"),
    path("tickets/<uuid:uuid>/say/", views.say, name="ticket_say"),
    path("tickets/<uuid:uuid>/mirror/", views.mirror, name="ticket_mirror"),
    path("tickets/<uuid:uuid>/files/<int:message>/<int:number>/", views.file, name="ticket_file"),
    path("tickets/<uuid:uuid>/letters/<uuid:letter>/", views.send_letter, name="ticket_letter"),
    path("tickets/bulk/", lists.bulk, name="tickets_bulk"),
    path("tickets/views/", lists.save_filter, name="save_ticket_filter"),
    path("tickets/views/<uuid:uuid>/", lists.forget_filter, name="forget_ticket_filter"),
    path("tickets/<uuid:uuid>/merge/", lists.merge, name="ticket_merge"),
    path("tickets/<uuid:uuid>/unmerge/", lists.unmerge, name="ticket_unmerge"),
    path("tickets/<uuid:uuid>/conflict/<int:ref>/", views.settle, name="ticket_conflict"),
    path("tickets/<uuid:uuid>/changes/<uuid:change>/", views.send_change, name="ticket_change"),
    path("webhooks/jira/<uuid:uuid>/", webhooks.helpdesk, {"platform": "jira"}, name="jira_webhook"),
    path("webhooks/zendesk/<uuid:uuid>/", webhooks.helpdesk, {"platform": "zendesk"}, name="zendesk_webhook"),
    path("t/<str:token>/", customers.ticket_page, name="ticket_page"),
    path("help/<uuid:uuid>/", customers.ask, name="ask"),
    path("tickets/<uuid:uuid>/move/", views.move, name="ticket_move"),
    path("tickets/<uuid:uuid>/assign/", views.assign, name="ticket_assign"),
    path("tickets/<uuid:uuid>/priority/", views.prioritise, name="ticket_priority"),
]
