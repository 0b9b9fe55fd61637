"""The parts of the state machine of `test_machine`."""

import pytest

# They are no test modules: without this, an assert that fails does not say what it compared.
pytest.register_assert_rewrite(
    *(f"{__name__}.{part}" for part in ("model", "goods", "truth", "promises"))
)
