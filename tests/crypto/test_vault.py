"""Sealed values: the same for one owner, another for the next, readable only by their end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.sealed import is_sealed, masked
from hub.crypto.vault import Unsealable, Vault

OWNER, OTHER = "91110000MA00EXAM1X", "91310000MA00OTHE2Y"
ACCOUNT = "6222000000000001"
VAULT = Vault()


@given(st.text(min_size=1, max_size=34))
def test_what_was_sealed_is_read_back_by_its_owner_alone(value: str) -> None:
    sealed = VAULT.seal(value, OWNER)

    assert VAULT.open(sealed, OWNER) == value
    with pytest.raises(Unsealable):
        VAULT.open(sealed, OTHER)


def test_a_value_looks_the_same_each_time_and_differs_between_owners() -> None:
    assert VAULT.seal(ACCOUNT, OWNER) == VAULT.seal(VAULT.seal(ACCOUNT, OWNER), OWNER)
    assert VAULT.seal(ACCOUNT, OWNER) != VAULT.seal(ACCOUNT, OTHER)


def test_only_the_end_can_be_read() -> None:
    sealed = VAULT.seal(ACCOUNT, OWNER)

    assert is_sealed(sealed)
    assert ACCOUNT[:-4] not in sealed
    assert masked(sealed) == "**** 0001"


def test_a_changed_value_and_another_key_open_nothing() -> None:
    sealed = VAULT.seal(ACCOUNT, OWNER)
    other = "B" if sealed[-4] == "A" else "A"

    for wrong in (sealed[:-4] + other + sealed[-3:], sealed[:-8]):
        with pytest.raises(Unsealable):
            VAULT.open(wrong, OWNER)
    with pytest.raises(Unsealable):
        Vault().open(sealed, OWNER)


@pytest.mark.parametrize("text", ["", "ab", "zz" * 64, "ab" * 32])
def test_a_key_file_that_holds_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"octets|hexadecimal"):
        Vault.parse(text)
