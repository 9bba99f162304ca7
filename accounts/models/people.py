"""People who log in, and the keys their programs use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, Scope, UserStatus
from accounts.models.tenancy import Owned, OwnedQuerySet, Tenant
from config.db import Created, Public, Timestamped, enum_check

ONBOARDING_STEPS = 5


class UserManager(BaseUserManager["User"]):
    """Makes people; their e-mail is compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person with a hashed password, or an unusable one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a member of our staff who may do everything."""
        fields |= {"is_staff": True, "is_superuser": True, "is_approved": True, "is_email_confirmed": True}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this e-mail, whatever its case."""
        return self.get(email__iexact=username)


class User(Public, Timestamped, AbstractBaseUser, PermissionsMixin):
    """A person who logs in: a seller's member or our staff, never an end customer."""

    email = models.EmailField(_("e-mail"), max_length=255)
    password = models.CharField(_("password"), max_length=255, db_column="hashed_password")
    full_name = models.CharField(_("name"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    language_code = models.CharField(_("language"), max_length=10, default="ru")
    timezone = models.CharField(_("time zone"), max_length=50, default="Europe/Moscow")
    status = models.CharField(_("status"), max_length=32, choices=UserStatus, default=UserStatus.ACTIVE)
    is_active = models.GeneratedField(
        expression=Q(status=UserStatus.ACTIVE.value),  # type: ignore[arg-type]  # a condition is an expression
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("active"),
    )
    is_approved = models.BooleanField(_("approved"), default=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    is_email_confirmed = models.BooleanField(_("e-mail confirmed"), default=False)
    is_staff = models.BooleanField(_("staff"), default=False)
    yandex_id = models.CharField(_("Yandex ID"), max_length=64, null=True, blank=True, unique=True)
    onboarding_completed = models.BooleanField(_("onboarding completed"), default=False)
    onboarding_step = models.SmallIntegerField(_("onboarding step"), default=0)
    welcome_bonus_received = models.BooleanField(_("welcome bonus received"), default=False)
    staff_since = models.DateTimeField(_("staff since"), null=True, blank=True)
    last_activity = models.DateTimeField(_("last activity"), null=True, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "users"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="uq_users_email"),
            enum_check("ck_users_status", "status", UserStatus),
            models.CheckConstraint(
                condition=Q(onboarding_step__gte=0, onboarding_step__lte=ONBOARDING_STEPS),
                name="ck_users_onboarding_step",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        """Return the display name."""
        return self.full_name or self.email

    def get_short_name(self) -> str:
        """Return the first word of the display name."""
        return self.full_name.split(" ")[0] if self.full_name else self.email.split("@")[0]

    def role_in(self, tenant: Tenant) -> Role | None:
        """Return the role in ``tenant``; its owner is an administrator."""
        if tenant.owner_id == self.pk:
            return Role.ADMIN
        membership = self.memberships.filter(tenant=tenant).first()
        return Role(membership.role) if membership else None


class ApiKeyQuerySet(OwnedQuerySet["ApiKey"]):
    """API keys."""

    def live(self, *, at: datetime) -> Self:
        """Keep keys that are neither revoked nor expired, of tenants and owners in good standing."""
        standing = Q(tenant__owner=None) | Q(tenant__owner__status=UserStatus.ACTIVE)
        return self.filter(standing, Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None, tenant__is_active=True)


class ApiKey(Public, Owned, Created):
    """A program's way in: only the SHA-256 of the key is kept."""

    name = models.CharField(_("name"), max_length=255)
    prefix = models.CharField(_("prefix"), max_length=16)
    key_hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope), default=list, verbose_name=_("scopes"))
    created_by = models.ForeignKey("accounts.User", models.SET_NULL, related_name="+", null=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        db_table = "api_keys"
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(condition=Q(scopes__contained_by=list(Scope.values)), name="ck_api_keys_scopes"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def scope_labels(self) -> list[str]:
        """Return what the key may touch, in words."""
        return [str(Scope(scope).label) for scope in self.scopes]


@dataclass(frozen=True, slots=True)
class ApiKeyPrincipal:
    """A program that calls with a key: ``request.user`` of its requests."""

    key: ApiKey

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_approved: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    is_staff: ClassVar[bool] = False
    is_superuser: ClassVar[bool] = False
    pk: ClassVar[None] = None

    def __str__(self) -> str:
        return str(self.key)

    @property
    def tenant(self) -> Tenant:
        """The only tenant this program sees."""
        return self.key.tenant

    @property
    def tenant_id(self) -> int:
        """Its id."""
        return self.key.tenant_id

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the key may touch."""
        return frozenset(Scope(scope) for scope in self.key.scopes)


def person_behind(principal: Any) -> User | None:
    """Return the person who calls, or none when a program does: for ``created_by`` and its like."""
    return principal if isinstance(principal, User) else None
