"""Pages of accounts."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.views import integrations, keys, office, profile, search, team, webhooks, workspace

urlpatterns: list[URLPattern | URLResolver] = [
    path("", workspace.home, name="home"),
    path("search/", search.search, name="search"),
    path("switch-tenant/", workspace.switch_tenant, name="switch_tenant"),
    path("team/", team.team, name="team"),
    path("team/invite/", team.invite, name="invite"),
    path("team/invitations/<uuid:uuid>/revoke/", team.revoke_invitation, name="revoke_invitation"),
    path("team/members/<uuid:uuid>/role/", team.change_role, name="change_role"),
    path("team/members/<uuid:uuid>/remove/", team.remove_member, name="remove_member"),
    path("invitations/<str:token>/", team.accept_invitation, name="accept_invitation"),
    path("api-keys/", keys.api_keys, name="api_keys"),
    path("api-keys/<uuid:uuid>/revoke/", keys.revoke_api_key, name="revoke_api_key"),
    path("settings/webhooks/", webhooks.webhooks, name="webhooks"),
    path("settings/webhooks/<uuid:uuid>/", webhooks.webhook, name="webhook"),
    path("settings/webhooks/<uuid:uuid>/delete/", webhooks.delete, name="delete_webhook"),
    path("settings/webhooks/<uuid:uuid>/switch/", webhooks.switch, name="switch_webhook"),
    path("settings/webhooks/<uuid:uuid>/secret/", webhooks.rotate, name="rotate_webhook_secret"),
    path("settings/webhooks/<uuid:uuid>/test/", webhooks.test, name="test_webhook"),
    path("settings/webhooks/deliveries/<uuid:uuid>/", webhooks.delivery, name="webhook_delivery"),
    path("settings/webhooks/deliveries/<uuid:uuid>/replay/", webhooks.replay, name="replay_webhook"),
    path("integrations/", integrations.integrations, name="integrations"),
    path("integrations/new/<slug:platform>/", integrations.connect, name="connect_platform"),
    path("integrations/<uuid:uuid>/", integrations.integration, name="integration"),
    path("integrations/<uuid:uuid>/sync/", integrations.sync, name="sync_integration"),
    path("integrations/<uuid:uuid>/disconnect/", integrations.disconnect, name="disconnect_integration"),
    path("profile/", profile.profile, name="profile"),
    path("profile/shop/", profile.rename_shop, name="rename_shop"),
    path("impersonation/end/", office.end, name="end_impersonation"),
    path("announcements/<uuid:uuid>/away/", office.put_away, name="put_announcement_away"),
    path("accounts/", include("allauth.urls")),
]
