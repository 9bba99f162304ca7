"""Pages of accounts."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.views import keys, profile, team, workspace

urlpatterns: list[URLPattern | URLResolver] = [
    path("", workspace.home, name="home"),
    path("switch-tenant/", workspace.switch_tenant, name="switch_tenant"),
    path("team/", team.team, name="team"),
    path("team/invite/", team.invite, name="invite"),
    path("team/invitations/<uuid:uuid>/revoke/", team.revoke_invitation, name="revoke_invitation"),
    path("team/members/<uuid:uuid>/role/", team.change_role, name="change_role"),
    path("team/members/<uuid:uuid>/remove/", team.remove_member, name="remove_member"),
    path("invitations/<str:token>/", team.accept_invitation, name="accept_invitation"),
    path("api-keys/", keys.api_keys, name="api_keys"),
    path("api-keys/<uuid:uuid>/revoke/", keys.revoke_api_key, name="revoke_api_key"),
    path("profile/", profile.profile, name="profile"),
    path("profile/shop/", profile.rename_shop, name="rename_shop"),
    path("accounts/", include("allauth.urls")),
]
