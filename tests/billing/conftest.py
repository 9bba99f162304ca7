"""What every test of billing stands on."""

import pytest

from config.throttling import _limiter
from tests.factories.billing import set_first_prices


@pytest.fixture(autouse=True)
def _first_prices(db):
    set_first_prices()


@pytest.fixture(autouse=True)
def _no_rates_of_other_tests():
    """Shops get the same keys in every run, and Redis outlives a run."""
    _limiter().storage.reset()
