"""Pages of operators."""

from django.urls import URLPattern, URLResolver, path

from operators import console, figures, promises, views

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
    path("tickets/<uuid:uuid>/move/", views.move, name="ticket_move"),
    path("tickets/<uuid:uuid>/assign/", views.assign, name="ticket_assign"),
    path("tickets/<uuid:uuid>/priority/", views.prioritise, name="ticket_priority"),
]
