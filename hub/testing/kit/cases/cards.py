"""Cards: one PIN check for one confirmation, a signature over what was shown, and twelve ways to fail, each by name."""

import contextlib
import io
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from cryptography import x509

from hub.cards.refusal import CardRefused
from hub.cards.suites import verify_signature
from hub.contract.card import CardDriver, CardError, CardFault, CardIdentity
from hub.contract.suites import SUITES
from hub.testing.kit.case import Broken, Exempt, bronze, expect, gold, silver
from hub.testing.kit.subject import Card

DATA = b'{"purpose": "kit", "canary": "KIT-PAYLOAD-7f25"}'
CANARY = "KIT-PAYLOAD-7f25"
PERSONAL_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
ODD_PINS = ("", "0", "x" * 300, "密码", "\x00", "12 34")


def _shown(card: Card) -> CardIdentity:
    found = [row for row in card.bench.driver.list_cards() if row.token == card.bench.token]
    expect(len(found) == 1, f"the card is listed {len(found)} times")
    return found[0]


def _sign(card: Card, data: bytes = DATA, *, pin: str | None = None) -> bytes:
    with card.bench.driver.open(card.bench.token, card.bench.pin if pin is None else pin) as session:
        return session.sign(data)


def _fault(card: Card, *, pin: str | None = None) -> CardError:
    try:
        _sign(card, pin=pin)
    except CardError as error:
        return error
    raise Broken("the card signed")


def _verifies(identity: CardIdentity, value: bytes, data: bytes) -> bool:
    try:
        verify_signature(identity.algorithm, x509.load_der_x509_certificate(identity.certificate), value, data)
    except CardRefused:
        return False
    return True


@contextlib.contextmanager
def _listened() -> Iterator[io.StringIO]:
    heard, root = io.StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(heard), root.level
    root.addHandler(handler)
    root.setLevel(logging.NOTSET)
    try:
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            yield heard
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


@bronze
def the_driver_has_every_method_of_the_contract(card: Card) -> None:
    """The driver is a CardDriver with a name."""
    expect(isinstance(card.bench.driver, CardDriver), "a method of CardDriver is missing")
    expect(re.fullmatch(r"[a-z0-9_-]+", card.bench.driver.name), f"{card.bench.driver.name!r} is no name")


@bronze
def a_card_is_listed_without_a_pin(card: Card) -> None:
    """A card in the reader is listed once, and listing costs no try."""
    card.bench.fresh()
    tries = [_shown(card).tries_left for _ in range(3)]
    expect(len(set(tries)) == 1, f"listing changes the tries: {tries}")


@bronze
def a_card_shows_what_it_is(card: Card) -> None:
    """Certificate, end of validity and algorithm are there, agree with each other and are ones that we verify."""
    card.bench.fresh()
    shown = _shown(card)
    certificate = x509.load_der_x509_certificate(shown.certificate)
    expect(shown.algorithm in SUITES, f"algorithm {shown.algorithm!r}")
    expect(shown.not_after.utcoffset() is not None, "not_after has no zone")
    expect(shown.not_after <= certificate.not_valid_after_utc, "not_after is later than the certificate's end")


@bronze
def a_label_holds_no_personal_number(card: Card) -> None:
    """What is shown of a card holds no national-ID number."""
    card.bench.fresh()
    expect(not PERSONAL_NUMBER.search(_shown(card).label), "the label holds an ID number")


@bronze
def a_signature_verifies_with_the_cards_certificate(card: Card) -> None:
    """What the card signs verifies with the certificate that it shows, over exactly these octets."""
    card.bench.fresh()
    shown, value = _shown(card), _sign(card)
    expect(_verifies(shown, value, DATA), "the signature does not verify")
    expect(not _verifies(shown, value, DATA + b" "), "the signature verifies over other octets")


@bronze
def each_payload_gets_its_own_signature(card: Card) -> None:
    """In one session each payload gets its own signature over its own octets: none, many, and no text too."""
    card.bench.fresh()
    shown = _shown(card)
    payloads = (DATA, DATA.replace(b"kit", b"pay"), b"", b"x" * 1_000_000, b"\x31\x69\x00\xff")
    with card.bench.driver.open(card.bench.token, card.bench.pin) as session:
        values = [session.sign(data) for data in payloads]
    for data, value in zip(payloads, values, strict=True):
        expect(_verifies(shown, value, data), f"the signature over {len(data)} octets does not verify")
    expect(not _verifies(shown, values[0], payloads[1]), "one signature serves two payloads")


@bronze
def a_wrong_pin_counts_once(card: Card) -> None:
    """Each wrong PIN costs exactly one try, and a card that counts says how many are left."""
    card.bench.fresh()
    for spent in (1, 2):
        error = _fault(card, pin=card.bench.wrong_pin)
        expect(error.fault is CardFault.PIN_WRONG, f"a wrong PIN is {error.fault.name}")
        left = card.bench.tries - spent
        silent = error.tries_left is None and _shown(card).tries_left is None  # PKCS#11 tells of the last try only
        expect(
            silent or error.tries_left == left, f"{error.tries_left} tries left after {spent} wrong PINs, not {left}"
        )
        expect(_shown(card).tries_left in (left, None), f"the card lists {_shown(card).tries_left} tries, not {left}")


@bronze
def a_right_pin_costs_no_try(card: Card) -> None:
    """After the right PIN the card has all its tries, also when one was spent before."""
    card.bench.fresh()
    _fault(card, pin=card.bench.wrong_pin)
    _sign(card)
    expect(_shown(card).tries_left in (card.bench.tries, None), f"{_shown(card).tries_left} tries left")


@bronze
def a_card_without_tries_is_locked(card: Card) -> None:
    """After the last try the card is locked, and then the right PIN does not open it either."""
    card.bench.fresh()
    faults = [_fault(card, pin=card.bench.wrong_pin).fault for _ in range(card.bench.tries)]
    wanted = [CardFault.PIN_WRONG] * (card.bench.tries - 1) + [CardFault.PIN_LOCKED]
    expect(faults == wanted, f"wrong PINs give {[fault.name for fault in faults]}")
    expect(_fault(card).fault is CardFault.PIN_LOCKED, "a locked card opens with the right PIN")


@bronze
def a_card_that_is_not_there_is_no_card(card: Card) -> None:
    """An unknown token and one that leaves the reader's folder are NO_CARD."""
    card.bench.fresh()
    for token in ("KIT-NONE", "../" + card.bench.token, "", "\x00"):
        try:
            with card.bench.driver.open(token, card.bench.pin):
                raise Broken(f"token {token!r} was opened")
        except CardError as error:
            expect(error.fault is CardFault.NO_CARD, f"token {token!r}: {error.fault.name}")


@bronze
def a_card_that_is_pulled_signs_no_more(card: Card) -> None:
    """Pulled in the middle of a session the card signs nothing, and then it is not listed."""
    card.bench.fresh()
    with card.bench.driver.open(card.bench.token, card.bench.pin) as session:
        card.bench.pull()
        try:
            session.sign(DATA)
        except CardError as error:
            expect(error.fault is CardFault.NO_CARD, f"a pulled card is {error.fault.name}")
        else:
            raise Broken("a pulled card signs")
    expect(card.bench.token not in {row.token for row in card.bench.driver.list_cards()}, "a pulled card is listed")


@bronze
def a_session_ends_with_its_block(card: Card) -> None:
    """After the ``with`` block, left normally or by an error, the session signs no more."""
    for error in (None, RuntimeError("kit")):
        card.bench.fresh()
        with contextlib.suppress(RuntimeError), card.bench.driver.open(card.bench.token, card.bench.pin) as session:
            if error is not None:
                raise error
        try:
            session.sign(DATA)
        except CardError:
            continue
        raise Broken("a session signs after its block")


@silver
def every_fault_has_its_name(card: Card) -> None:
    """Each of the twelve faults comes out as itself, in words for the user in both languages."""
    for fault in CardFault:
        card.bench.fresh()
        with card.bench.fail(fault):
            said = _fault(card)
        expect(said.fault is fault, f"{fault.name} comes out as {said.fault.name}")
        expect(fault.value.zh and fault.value.en, f"{fault.name} has no words")


@silver
def after_a_fault_the_card_works_again(card: Card) -> None:
    """A fault that is over leaves nothing behind."""
    card.bench.fresh()
    for fault in (CardFault.READER_RESET, CardFault.SILENT):
        with card.bench.fail(fault):
            _fault(card)
        expect(_sign(card), f"no signature after {fault.name}")


@silver
def an_odd_pin_is_a_wrong_pin(card: Card) -> None:
    """An empty, endless or foreign PIN is a CardError and nothing else."""
    for pin in ODD_PINS:
        card.bench.fresh()
        said = _fault(card, pin=pin).fault
        expect(said in (CardFault.PIN_WRONG, CardFault.PIN_LOCKED), f"an odd PIN is {said.name}")


@bronze
def a_pin_and_a_payload_are_nowhere_to_be_read(card: Card) -> None:
    """Neither the PIN nor what is signed appears in an error, the log or the output."""
    card.bench.fresh()
    with _listened() as heard:
        _sign(card)
        error = _fault(card, pin=card.bench.wrong_pin)
    said = f"{heard.getvalue()} {error} {error.detail} {error.__cause__}"
    expect(card.bench.pin not in said and card.bench.wrong_pin not in said, "a PIN can be read")
    expect(CANARY not in said, "the payload can be read")
    expect(card.bench.pin not in repr(vars(card.bench.driver)), "the driver keeps the PIN")


@gold
def two_signers_never_cross(card: Card) -> None:
    """Four threads at once: each signature is over its own payload, or the card says that it is busy."""
    card.bench.fresh()
    shown = _shown(card)
    payloads = [b"payload %d" % no for no in range(24)]

    def sign(data: bytes) -> tuple[bytes, bytes | None]:
        try:
            return data, _sign(card, data)
        except CardError as error:
            expect(error.fault in (CardFault.SILENT, CardFault.READER_RESET), f"{error.fault.name} under load")
            return data, None

    with ThreadPoolExecutor(4) as pool:
        signed = [(data, value) for data, value in pool.map(sign, payloads) if value is not None]
    for data, value in signed:
        expect(_verifies(shown, value, data), "a signature belongs to another payload")
    if not signed:
        raise Exempt("the card takes one session at a time and was never free")
