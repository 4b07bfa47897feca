"""Tries with a wrong password, on both databases."""

import pytest

from hub.errors import LoginRefused
from hub.services import passwords
from tests.services.conftest import World


@pytest.mark.parametrize(("wrong", "needed"), [(2, False), (3, True)])
def test_the_third_wrong_password_asks_for_a_verification_code(world: World, wrong: int, needed: bool) -> None:
    for _ in range(wrong):
        with pytest.raises(LoginRefused):
            passwords.login(world.runtime, name="nobody", password="wrong password", human=False, address=None)

    assert passwords.needs_code(world.runtime, "nobody") is needed
