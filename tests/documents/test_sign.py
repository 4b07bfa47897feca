"""PDF signatures: card and insurer sign one after the other, and what is altered afterwards is told."""

import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from hub.cards.document import SUITES, signed_attributes
from hub.documents import pdf, seal, sign, signed, texts
from hub.documents.seal import Seal
from hub.documents.sign import NotSignable
from hub.documents.signed import ALTERED, UNSIGNED, UNTRUSTED, VALID
from hub.testing import pki

from .conftest import NOW

FIRM, INSURER, CENTRE = "示例进出口有限公司", "示例信用保险公司", "中国电子口岸数据中心"
DATA: dict[str, Any] = {
    **texts.SERVICE_AGREEMENT.data(),
    "number": "FW2026000001",
    "enterprise": {"name": FIRM, "uscc": "91110000MA00EXAM1X"},
    "insurer": {"name": INSURER},
    "centre": {"name": CENTRE},
}
AUTHORITY = pki.make_authority("测试机构", NOW - timedelta(days=1))
LATER = NOW + timedelta(hours=2)


@dataclass(frozen=True)
class Parties:
    """Card, insurer and data centre with keys of one algorithm."""

    card: pki.Identity
    insurer: pki.KeySigner
    centre: pki.KeySigner


def parties_of(algorithm: str) -> Parties:
    card = pki.issue_card(
        AUTHORITY, enterprise=FIRM, holder="王小明", org_code="MA00EXAM1", role="LP", now=NOW, algorithm=algorithm
    )
    others = [
        pki.KeySigner(pki.issue_partner(AUTHORITY, name, NOW - timedelta(days=1), algorithm=algorithm))
        for name in (INSURER, CENTRE)
    ]
    return Parties(card, *others)


PARTIES = {algorithm: parties_of(algorithm) for algorithm in SUITES}
EC = PARTIES["ecdsa-sha256"]


def ready() -> bytes:
    """The agreement with its three empty fields."""
    made = pdf.render("service_agreement", DATA, now=NOW)
    return sign.place_fields(made, sign.fields_at(pdf.places("service_agreement", DATA, now=NOW)))


READY = ready()


def prepared() -> sign.Prepared:
    stamp = seal.as_pdf(Seal(name=FIRM, number="1101080012345"), NOW)
    return sign.prepare(READY, "enterprise", stamp=stamp, name=FIRM, reason="签署服务协议", at=NOW)


def by_card(parties: Parties = EC) -> bytes:
    """Sealed and signed by the enterprise: what the agent would bring is made with the card's key."""
    waiting = prepared()
    card = parties.card
    value = pki.KeySigner(card).sign(signed_attributes(waiting.digest, card.der))
    return sign.complete(
        waiting.content, algorithm=card.algorithm, value=value, certificate=card.der, issuers=[AUTHORITY.der]
    )


def by_all(parties: Parties = EC) -> bytes:
    """The insurer and the data centre add theirs."""
    made = by_card(parties)
    for field, name, signer in (("insurer", INSURER, parties.insurer), ("centre", CENTRE, parties.centre)):
        stamp = seal.as_pdf(Seal(name=name, kind="电子签章"), NOW)
        made = sign.counter_sign(
            made,
            field,
            signer=signer,
            issuers=[AUTHORITY.der],
            stamp=stamp,
            name=name,
            reason="签署服务协议",
            at=NOW + timedelta(hours=1),
        )
    return made


ALL = ("enterprise", "insurer", "centre")
SIGNED = by_all()


def line(made: bytes, expected: tuple[str, ...] = ALL) -> Any:
    return signed.check(made, expected, [AUTHORITY.der], [], LATER).line


@pytest.mark.parametrize("algorithm", PARTIES)
def test_three_parties_sign_one_after_the_other(algorithm: str) -> None:
    checked = signed.check(by_all(PARTIES[algorithm]), ALL, [AUTHORITY.der], [], LATER)

    assert (checked.good, checked.line) == (True, VALID)
    assert [(found.field, found.signer) for found in checked.signatures] == [
        ("enterprise", "王小明"),
        ("insurer", INSURER),
        ("centre", CENTRE),
    ]
    assert checked.signatures[0].serial == f"{PARTIES[algorithm].card.x509.serial_number:x}"
    assert checked.signatures[0].claimed_at == NOW


@pytest.mark.parametrize("algorithm", PARTIES)
def test_an_independent_program_finds_the_signatures_valid(algorithm: str, tmp_path: Path) -> None:
    pdfsig = shutil.which("pdfsig")
    if pdfsig is None:
        pytest.skip("pdfsig (poppler-utils) is not installed")
    path = tmp_path / "agreement.pdf"
    path.write_bytes(by_all(PARTIES[algorithm]))

    said = subprocess.run([pdfsig, str(path)], capture_output=True, text=True, check=False, cwd=tmp_path).stdout

    assert said.count("Signature is Valid") == 3
    assert said.count("ETSI.CAdES.detached") == 3
    assert "Total document signed" in said.rpartition("Signature #3")[2]


def test_a_thread_of_a_server_signs_and_checks() -> None:
    with ThreadPoolExecutor(1) as threads:
        made = threads.submit(by_all).result()

        assert threads.submit(line, made).result() is VALID


def test_the_insurer_signs_later_and_the_enterprises_part_stays_byte_for_byte() -> None:
    first = by_card()

    both = sign.counter_sign(
        first, "insurer", signer=EC.insurer, issuers=[], stamp=None, name=INSURER, reason="签署", at=LATER
    )

    assert both.startswith(first)
    assert line(first, ("enterprise",)) == VALID
    assert line(first) == UNSIGNED


def test_the_digest_that_the_card_was_shown_is_found_in_the_document_for_ever() -> None:
    waiting = prepared()
    value = pki.KeySigner(EC.card).sign(signed_attributes(waiting.digest, EC.card.der))
    done = sign.complete(waiting.content, algorithm="ecdsa-sha256", value=value, certificate=EC.card.der, issuers=[])

    assert signed.digests(done) == [waiting.digest]
    assert len(signed.digests(SIGNED)) == 3


def test_a_file_saved_again_is_told() -> None:
    writer, again = PdfWriter(clone_from=PdfReader(io.BytesIO(SIGNED))), io.BytesIO()
    writer.write(again)

    assert line(again.getvalue()) == ALTERED


def test_a_file_with_something_added_is_told() -> None:
    writer, more = PdfWriter(io.BytesIO(SIGNED), incremental=True), io.BytesIO()
    writer.add_metadata({"/Title": "另一份协议"})
    writer.pages[0].rotate(90)
    writer.write(more)

    assert line(more.getvalue()) == ALTERED


def test_a_file_with_bytes_behind_its_end_is_told() -> None:
    assert line(SIGNED + b"%more\n") == ALTERED


@pytest.mark.parametrize("place", range(0, len(SIGNED), len(SIGNED) // 150))
def test_a_changed_byte_is_told(place: int) -> None:
    changed = SIGNED[:place] + bytes([SIGNED[place] ^ 0x01]) + SIGNED[place + 1 :]

    begin, end, _ = signed.ranges(SIGNED)[-1]
    in_its_own_room = begin < place < end  # which no signature covers
    assert line(changed) != VALID or in_its_own_room


def test_signers_whom_nobody_vouches_for_are_told() -> None:
    stranger = pki.make_authority("别的机构", NOW - timedelta(days=1))

    checked = signed.check(SIGNED, ALL, [stranger.der], [], LATER)

    assert (checked.good, checked.line) == (False, UNTRUSTED)
    assert all(found.intact and found.whole for found in checked.signatures)


@pytest.mark.parametrize(("listed", "expected"), [(timedelta(0), UNTRUSTED), (timedelta(days=9), VALID)])
def test_a_card_that_was_revoked_before_it_signed_is_told(listed: timedelta, expected: Any) -> None:
    crl = pki.make_crl(AUTHORITY, NOW + listed, revoked=[EC.card])

    assert signed.check(SIGNED, ALL, [AUTHORITY.der], [crl], LATER).line == expected


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"<html></html>", SIGNED[:50_000]])
def test_what_is_no_document_is_told(content: bytes) -> None:
    assert line(content) == ALTERED


def test_a_document_without_signatures_is_not_called_valid() -> None:
    assert line(READY) == UNSIGNED


def test_another_cards_signature_is_not_put_in() -> None:
    waiting = prepared()
    other = PARTIES["rsa-sha256"].card
    value = pki.KeySigner(other).sign(signed_attributes(waiting.digest, EC.card.der))

    with pytest.raises(NotSignable):
        sign.complete(waiting.content, algorithm="rsa-sha256", value=value, certificate=EC.card.der, issuers=[])


def test_a_signature_over_another_document_is_not_put_in() -> None:
    value = pki.KeySigner(EC.card).sign(signed_attributes("ab" * 32, EC.card.der))

    with pytest.raises(NotSignable):
        sign.complete(prepared().content, algorithm="ecdsa-sha256", value=value, certificate=EC.card.der, issuers=[])


def test_a_signature_is_put_in_once() -> None:
    value = pki.KeySigner(EC.card).sign(b"whatever")

    with pytest.raises(NotSignable):
        sign.complete(SIGNED, algorithm="ecdsa-sha256", value=value, certificate=EC.card.der, issuers=[])


@pytest.mark.parametrize("field", ["enterprise", "nobody"])
def test_only_an_empty_field_is_signed(field: str) -> None:
    with pytest.raises(NotSignable):
        sign.prepare(SIGNED, field, stamp=None, name=FIRM, reason="签署", at=NOW)


def test_a_card_whose_algorithm_no_reader_knows_is_refused_with_words() -> None:
    waiting = prepared()

    with pytest.raises(NotSignable, match="algorithm"):
        sign.complete(waiting.content, algorithm="sm2-sm3", value=b"", certificate=EC.card.der, issuers=[])
