"""A SoftHSM token with a card's key and certificate on it: a real PKCS#11 library for tests and demos.

SoftHSM is OpenDNSSEC's software token (Debian: ``softhsm2``). It counts no PIN tries and never locks.
``python -m hub.testing.softhsm`` writes a certificate: SoftHSM's own tool cannot.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pkcs11
from pkcs11.util.x509 import decode_x509_certificate

from hub.testing.pki import Identity

LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
CONF = "SOFTHSM2_CONF"
SO_PIN = "00000000"
ID = "01"  # CKA_ID of key and certificate, hex


class NoSoftHsm(Exception):
    """SoftHSM is not installed on this machine."""


def module_path() -> str:
    """The path of SoftHSM's library. Raises NoSoftHsm."""
    found = next((path for path in LIBRARIES if Path(path).is_file()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        raise NoSoftHsm("SoftHSM is not installed (Debian: softhsm2)")
    return found


def make_tokens(folder: Path, cards: dict[str, tuple[Identity, str]]) -> Path:
    """One token for each label -> (identity, PIN), in ``folder``; returns the configuration for ``SOFTHSM2_CONF``."""
    store = folder / "tokens"
    store.mkdir(parents=True)
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {store}\nobjectstore.backend = file\nlog.level = ERROR\n")
    environment = {**os.environ, CONF: str(conf)}
    for label, (identity, pin) in cards.items():
        key = folder / "key.pem"
        key.write_bytes(identity.key)
        login = ["--token", label, "--pin", pin]
        tool = ["softhsm2-util", "--module", module_path()]
        _run([*tool, "--init-token", "--free", "--label", label, "--so-pin", SO_PIN, "--pin", pin], environment)
        _run([*tool, "--import", str(key), "--label", label, "--id", ID, *login], environment)
        _run([sys.executable, "-m", __name__, module_path(), label, pin], environment, identity.der)
        key.unlink()
    return conf


def _run(command: list[str], environment: dict[str, str], stdin: bytes | None = None) -> None:
    subprocess.run(command, env=environment, input=stdin, check=True, capture_output=True)  # noqa: S603 - our own words


def _write_certificate(module: str, label: str, pin: str, der: bytes) -> None:
    token = pkcs11.lib(module).get_token(token_label=label)
    with token.open(rw=True, user_pin=pin) as session:
        attributes = decode_x509_certificate(der)
        named = {pkcs11.Attribute.ID: bytes.fromhex(ID), pkcs11.Attribute.LABEL: label, pkcs11.Attribute.TOKEN: True}
        session.create_object({**attributes, **named})


if __name__ == "__main__":
    _, module, label, pin = sys.argv
    _write_certificate(module, label, pin, sys.stdin.buffer.read())
