"""How allauth's flows become our services."""

from copy import copy
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.db.models.expressions import DatabaseDefault
from django.forms import BaseForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import letters, services
from accounts.enums import FunnelStage, SettingCategory
from accounts.models import User
from accounts.services import funnel
from accounts.services.people import normalised_email
from accounts.services.rotation import opened_second_factor, sealed_second_factor
from accounts.visits import visit_of

LONGEST_PASSWORD = 128
INVITATION = "invitation"  # the session's key for the token of an invitation to accept after log-in


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up, confirmation and log-in by e-mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Let newcomers in while our staff says so, and invited people always."""
        is_open: bool = services.setting(SettingCategory.GENERAL, "registration_open")
        return is_open or INVITATION in request.session

    def get_from_email(self) -> str:
        """Write under the name our staff chose."""
        return letters.sender()

    def clean_email(self, email: str) -> str:
        """Return the e-mail as it is stored, so that look-alikes are one address."""
        return normalised_email(email)

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse an endless password before anything reads all of it."""
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(_("Use at most %(limit)d characters.") % {"limit": LONGEST_PASSWORD})
        checked: str = super().clean_password(password, user)
        return checked

    def save_user(self, request: HttpRequest, user: Any, form: BaseForm, commit: bool = True) -> User:  # noqa: FBT001, FBT002 -- allauth's signature
        """Register the person with the shop they named."""
        facts = form.cleaned_data
        user.email, user.full_name = facts["email"], facts.get("full_name", "")
        user.language_code = (get_language() or "ru")[:2]
        person = services.register(user, password=facts.get("password1"), shop=facts.get("shop", ""), at=now())
        _remember(request, person)
        return person

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead a person who came by an invitation to it."""
        if token := request.session.get(INVITATION):
            return reverse("accept_invitation", args=[token])
        url: str = super().get_login_redirect_url(request)
        return url

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Lead a new person to the same place as a known one."""
        return self.get_login_redirect_url(request)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Spend the time that hashing a new person's password takes, then write to the owner of the address."""
        User().set_password("spent in vain")
        super().send_account_already_exists_mail(email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm the address and let the person pass the first gate."""
        is_confirmed: bool = super().confirm_email(request, email_address)
        if is_confirmed:
            services.confirm_email(email_address.user, at=now())
        return is_confirmed

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link for the reset letter on our own address."""
        uidb36, _, rest = key.partition("-")
        return letters.absolute(reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": rest}))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the link for the confirmation letter on our own address."""
        return letters.absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))


def _remember(request: HttpRequest, person: User) -> None:
    """Join what the visitor did before with the person they have become."""
    mark = visit_of(request)
    funnel.stitch(person, session_id=mark)
    funnel.note(FunnelStage.REGISTERED, user=person, session_id=mark, at=now())


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Log-in with Yandex ID."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """Take the name as Yandex tells it."""
        user: User = super().populate_user(request, sociallogin, data)
        names = (data.get("first_name"), data.get("last_name"))
        user.full_name = " ".join(filter(None, names)) or data.get("username") or ""
        user.language_code = (get_language() or "ru")[:2]
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: BaseForm | None = None) -> User:
        """Register the person with a shop named after them, or as they say in the form."""
        user = cast("User", sociallogin.user)
        if form is None:
            name = _("Shop of %(name)s") % {"name": user.get_short_name()}
            services.register(user, password=None, shop=name, at=now())
            _remember(request, user)
        else:
            AccountAdapter(request).save_user(request, user, form)
        sociallogin.save(request)
        services.link_yandex(user, yandex_id=sociallogin.account.uid)
        if any(address.verified for address in sociallogin.email_addresses if address.email == user.email):
            services.confirm_email(user, at=now())
        return user

    def serialize_instance(self, instance: Model) -> dict[str, Any]:
        """Return a half-made row for the session, without what the database will fill in."""
        draft = copy(instance)
        for name, value in vars(instance).items():
            if isinstance(value, DatabaseDefault):
                delattr(draft, name)
        row: dict[str, Any] = super().serialize_instance(draft)
        return row


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, whose secrets are encrypted like every other."""

    def encrypt(self, text: str) -> str:
        """Return the stored form of a secret."""
        return sealed_second_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret."""
        return opened_second_factor(encrypted_text)
