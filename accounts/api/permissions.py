"""Who may call the API."""

from rest_framework.permissions import IsAuthenticated


class IsApprovedMember(IsAuthenticated):
    """A logged-in person or key."""
