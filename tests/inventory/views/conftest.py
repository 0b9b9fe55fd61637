import pytest

from tests.inventory.views.acts import browser_of


@pytest.fixture
def warehouse(db):
    """Somebody who books."""
    return browser_of("Warehouse")


@pytest.fixture
def purchasing(db):
    """Somebody who keeps the catalogue."""
    return browser_of("Purchasing")


@pytest.fixture
def support(db):
    """Somebody who may look, and nothing else."""
    return browser_of("Support")
