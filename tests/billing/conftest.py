"""What every test of billing stands on."""

import pytest

from tests.factories.billing import set_first_prices


@pytest.fixture(autouse=True)
def _first_prices(db):
    set_first_prices()
