"""The team: members, roles, invitations."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.adapters import INVITATION
from accounts.enums import Role
from accounts.errors import AlreadyMember
from accounts.forms import InvitationForm, RoleForm
from accounts.models import Invitation, Membership
from accounts.pages import Request, role_required
from accounts.services import safety


@require_safe
@role_required(Role.USER)
def team(request: Request, form: InvitationForm | None = None) -> HttpResponse:
    """Show who works in the shop and who was asked to."""
    members = Membership.objects.of(request.tenant).select_related("user").order_by("created_at")
    invitations = Invitation.objects.of(request.tenant).open(at=now()).order_by("-created_at")
    context = {
        "members": members,
        "invitations": invitations,
        "form": form or InvitationForm(),
        "roles": Role.choices,
        "is_owner": request.tenant.owner_id == request.user.pk,
        "may_manage": services.role_of(request.user, request.tenant) == Role.ADMIN,
    }
    return render(request, "accounts/team.html", context, status=422 if form else 200)


@require_POST
@role_required(Role.ADMIN)
def invite(request: Request) -> HttpResponse:
    """Ask a person into the team."""
    form = InvitationForm(request.POST)
    if form.is_valid():
        email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
        try:
            services.invite(request.tenant, email=email, role=role, by=request.user, at=now())
        except AlreadyMember as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": email})
            return redirect("team")
    request.method = "GET"
    return team(request, form=form)


@require_POST
@role_required(Role.ADMIN)
def revoke_invitation(request: Request, uuid: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = get_object_or_404(Invitation.objects.of(request.tenant), uuid=uuid)
    services.revoke_invitation(invitation, by=request.user, at=now())
    messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("team")


@require_POST
@role_required(Role.ADMIN)
def send_again(request: Request, uuid: UUID) -> HttpResponse:
    """Send an invitation again, valid anew."""
    waiting = Invitation.objects.of(request.tenant).filter(accepted_at=None, revoked_at=None)
    found = get_object_or_404(waiting, uuid=uuid)
    services.invite(request.tenant, email=found.email, role=Role(found.role), by=request.user, at=now())
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": found.email})
    return redirect("team")


@require_POST
@role_required(Role.ADMIN)
def second_factor(request: Request) -> HttpResponse:
    """Ask for a second step of log-in from everybody in the shop, or no longer."""
    demanded = "demanded" in request.POST
    if demanded and not safety.has_second_factor(request.user):
        messages.warning(request, _("Set up your own second step first."))
        return redirect("mfa_index")
    safety.demand_second_factor(request.tenant, by=request.user, demanded=demanded, at=now())
    messages.success(request, _("Saved."))
    return redirect("team")


@require_POST
@role_required(Role.ADMIN)
def hand_over(request: Request) -> HttpResponse:
    """Make a member the owner of the shop."""
    try:
        member = _member(request, UUID(request.POST.get("member", "")))
    except ValueError as error:
        raise Http404 from error
    safety.hand_over(request.tenant, to=member.user, by=request.user, at=now())
    messages.success(request, _("%(name)s owns the shop now.") % {"name": member.user})
    return redirect("team")


@require_POST
@role_required(Role.ADMIN)
def change_role(request: Request, uuid: UUID) -> HttpResponse:
    """Give a member another role."""
    membership = _member(request, uuid)
    form = RoleForm(request.POST)
    if form.is_valid():
        services.change_role(membership, role=Role(form.cleaned_data["role"]), by=request.user)
        messages.success(request, _("%(name)s has another role now.") % {"name": membership.user})
    return redirect("team")


@require_POST
@role_required(Role.USER)
def remove_member(request: Request, uuid: UUID) -> HttpResponse:
    """Take a person out of the team, or leave it."""
    membership = _member(request, uuid)
    services.remove_member(membership, by=request.user)
    messages.success(request, _("%(name)s is no longer in the team.") % {"name": membership.user})
    return redirect("home" if membership.user == request.user else "team")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: Request, token: str) -> HttpResponse:
    """Show an invitation; join with the account it was sent to, or make one."""
    invitation = services.invitation_for(token, at=now())
    if not request.user.is_authenticated:
        request.session[INVITATION] = token
        get_adapter(request).stash_verified_email(request, invitation.email)
    is_theirs = request.user.is_authenticated and request.user.email.lower() == invitation.email
    if request.method == "POST" and is_theirs:
        services.accept_invitation(invitation, user=request.user, at=now())
        request.session.pop(INVITATION, None)
        messages.success(request, _("Welcome to %(shop)s!") % {"shop": invitation.tenant})
        return redirect("home")
    return render(request, "accounts/invitation.html", {"invitation": invitation, "is_theirs": is_theirs})


def _member(request: HttpRequest, uuid: UUID) -> Membership:
    rows = Membership.objects.of(request.tenant).select_related("user", "tenant")  # type: ignore[attr-defined]  # ours
    return get_object_or_404(rows, user__uuid=uuid)
