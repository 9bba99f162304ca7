"""Fixtures of the Wildberries desk."""

import pytest

from tests.wildberries import point_at, wildberries


@pytest.fixture
def wb(settings):
    """A sandbox Wildberries with one small shop, which the product talks to."""
    with wildberries() as running:
        point_at(settings, running)
        yield running
