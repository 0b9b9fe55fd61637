"""Any order of any operations on PostgreSQL, against a model that is a dict.

`BACKROOM_STEPS=2000x100` runs more of it: examples x steps.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.inventory.machine.goods import Goods
from tests.inventory.machine.promises import Promises
from tests.inventory.machine.truth import Truth

EXAMPLES, STEPS = map(int, os.environ.get("BACKROOM_STEPS", "100x30").split("x"))


class House(Goods, Truth, Promises):
    """All that may be done in a house; each part holds it against the one `Model`."""


@pytest.mark.django_db
def test_any_order_of_operations_agrees_with_the_model():
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
