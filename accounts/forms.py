"""Forms of accounts."""

from django import forms


class SignupForm(forms.Form):
    """What sign-up asks besides e-mail and password."""

    def signup(self, request: object, user: object) -> None:
        """Hook that allauth calls with the new person."""
