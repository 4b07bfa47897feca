"""The chain by itself: whatever is dropped, swapped, doubled or altered is found."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.evidence import chain
from hub.evidence.chain import Broken, Entry, Head
from hub.testing import pki

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
AUTHORITY = pki.make_authority("测试机构", NOW)
SIGNERS = {
    algorithm: pki.KeySigner(pki.issue_partner(AUTHORITY, "swhub", NOW, algorithm=algorithm))
    for algorithm in pki.ALGORITHMS
}
SIGNER = SIGNERS["ecdsa-sha256"]


def made(count: int, of: str = "a") -> list[Entry]:
    entries: list[Entry] = []
    for n in range(count):
        entries.append(chain.link(of, entries[-1] if entries else None, {"what": f"第{n}件"}, NOW))
    return entries


def heads(count: int) -> list[Head]:
    found: list[Head] = []
    for n in range(count):
        leaves = [entry.hash for entry in made(n + 1)]
        found.append(chain.sign_head(SIGNER, found[-1] if found else None, leaves, NOW))
    return found


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(VALUES)
def test_the_canonical_text_is_what_any_json_library_writes_with_sorted_keys(value: object) -> None:
    expected = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    assert chain.canonical(value) == expected


@pytest.mark.parametrize("value", [NOW, NOW.date(), SIGNER, {"n": 2**64}, "\ud800"], ids=lambda it: type(it).__name__)
def test_what_is_no_json_value_has_no_canonical_text(value: object) -> None:
    with pytest.raises(TypeError):
        chain.canonical({"value": value})


@pytest.mark.parametrize("body", ['{"n":18446744073709551616}', '{"n":"\\ud800"}', '{"n":1e400}'])
def test_a_body_that_has_no_canonical_text_is_not_in_form(body: str) -> None:
    with pytest.raises(Broken) as broken:
        chain.check_entry(Entry(chain="a", n=1, body=body, hash=chain.digest(body)))

    assert broken.value.rule == "form"


def rule(entries: list[Entry]) -> str:
    with pytest.raises(Broken) as broken:
        chain.check_chain(entries)
    return broken.value.rule


def test_a_whole_chain_holds() -> None:
    chain.check_chain(made(5))


@given(st.data())
def test_a_dropped_entry_is_found(data: st.DataObject) -> None:
    entries = made(6)

    del entries[data.draw(st.integers(0, 4))]

    assert rule(entries) == "number"


@given(st.permutations(range(6)).filter(lambda order: order != list(range(6))))
def test_entries_out_of_order_are_found(order: list[int]) -> None:
    entries = made(6)

    assert rule([entries[place] for place in order]) == "number"


def test_an_entry_of_another_chain_is_found() -> None:
    assert rule([made(1)[0], made(2, "b")[1]]) == "number"


def test_an_entry_that_was_written_anew_is_found_by_the_next_one() -> None:
    entries = made(3)
    entries[1] = chain.link("a", entries[0], {"what": "另一件"}, NOW)

    assert rule(entries) == "previous"


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_byte_of_an_entry_can_change(place: int, flip: int) -> None:
    entries = made(2)
    body = bytearray(entries[1].body.encode())
    body[place % len(body)] ^= flip
    entries[1] = replace(entries[1], body=body.decode(errors="replace"))

    assert rule(entries) in ("form", "hash")


def test_an_entry_in_another_spelling_of_the_same_values_is_found() -> None:
    entry = made(1)[0]
    body = entry.body.replace(":1,", ": 1,")

    assert rule([replace(entry, body=body, hash=chain.digest(body))]) == "form"


@given(st.integers(1, 70), st.data())
def test_every_leaf_climbs_to_the_root(count: int, data: st.DataObject) -> None:
    leaves = [chain.digest(str(n)) for n in range(count)]
    index = data.draw(st.integers(0, count - 1))

    assert chain.climb(leaves[index], index, count, chain.path(leaves, index)) == chain.root(leaves)


@given(st.integers(2, 40), st.data())
def test_a_leaf_at_another_place_does_not_climb_to_the_root(count: int, data: st.DataObject) -> None:
    leaves = [chain.digest(str(n)) for n in range(count)]
    index = data.draw(st.integers(0, count - 1))
    other = data.draw(st.integers(0, count - 1).filter(lambda n: n != index))

    try:
        found = chain.climb(leaves[index], other, count, chain.path(leaves, index))
    except ValueError:
        return
    assert found != chain.root(leaves)


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_a_head_is_signed_by_the_hub(algorithm: str) -> None:
    head = chain.sign_head(SIGNERS[algorithm], None, [made(1)[0].hash], NOW)

    chain.check_head(head)

    with pytest.raises(Broken, match="head_signature"):
        chain.check_head(replace(head, signature=bytes([head.signature[0] ^ 1]) + head.signature[1:]))


def test_heads_follow_each_other() -> None:
    whole = heads(4)

    chain.check_heads(whole)

    for missing in range(3):
        with pytest.raises(Broken, match="number"):
            chain.check_heads(whole[:missing] + whole[missing + 1 :])


def test_a_head_that_was_signed_anew_is_found_by_the_next_one() -> None:
    whole = heads(3)
    whole[1] = chain.sign_head(SIGNER, whole[0], [chain.digest("other")], NOW)

    with pytest.raises(Broken, match="head 3: previous"):
        chain.check_heads(whole)
