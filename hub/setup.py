"""A home folder: ``swhub.toml`` with every setting and its help, the hub's key with a certificate, the cookie secret.

Nothing that is there is ever written over.
"""

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.config import SECTIONS, PartnerSettings, Settings
from hub.contract.text import Text
from hub.errors import ConfigError
from hub.store import migrate
from hub.store.engine import open_engine

FILE = "swhub.toml"
KEY, CERTIFICATE, SECRET = Path("keys/hub.key.pem"), Path("keys/hub.crt.pem"), Path("keys/web.secret")
VAULT = Path("keys/vault.key")
YEARS = 3
CODE = re.compile(r"[a-z0-9-]{2,32}")  # PartyCode of schemas/common/types-1.0.xsd

Values = Mapping[str, Mapping[str, Any]]  # section -> setting -> value

HEAD = """\
# Settings of this Single Window Hub. A line that is commented out shows the default.
# Paths are relative to this folder. SWHUB_<SECTION>_<KEY> in the environment overrides one value.
"""
PARTNERS = """\

# One section for each partner; the code is the one that `swhub plugins` shows.
"""


def make_home(home: Path, *, values: Values, partners: Values, now: datetime) -> list[Path]:
    """Write what is missing; returns the files it made. Raises ConfigError when there is a ``swhub.toml`` already."""
    file = home / FILE
    if file.exists():
        raise ConfigError(Text(f"{file} 已存在，未作任何更改", f"{file} exists; nothing was changed"))
    code = str(values.get("hub", {}).get("code", "swhub"))
    if not CODE.fullmatch(code):
        raise ConfigError(
            Text(
                f"[hub] code：{code!r} 应为 2 至 32 位小写字母、数字或 -",
                f"[hub] code: {code!r} must be 2 to 32 of a-z, 0-9 and -",
            )
        )
    (home / "keys").mkdir(parents=True, exist_ok=True)
    (home / "keys").chmod(0o700)
    made = []
    if not (home / KEY).exists():
        key, certificate = make_key(code, now)
        made += [_create(home / KEY, key, 0o600), _create(home / CERTIFICATE, certificate, 0o644)]
    if not (home / SECRET).exists():
        made.append(_create(home / SECRET, secrets.token_urlsafe(48).encode() + b"\n", 0o600))
    if not (home / VAULT).exists():
        made.append(_create(home / VAULT, secrets.token_hex(64).encode() + b"\n", 0o600))
    made.append(_create(file, template(values, partners).encode(), 0o644))
    return made


def make_store(settings: Settings) -> None:
    """Make the store, or bring it to the version of the code. An SQLite file is its owner's alone from the start."""
    engine = open_engine(settings.database_url())
    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).exists():
        _create(Path(str(engine.url.database)), b"", 0o600)  # its side files get the same rights
    migrate.upgrade(engine)
    engine.dispose()


def make_key(code: str, now: datetime) -> tuple[bytes, bytes]:
    """A P-256 key and a self-signed certificate of it, PEM. Partners pin the certificate, so no authority is needed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, code)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    certificate = builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), certificate


def template(values: Values, partners: Values) -> str:
    """The text of ``swhub.toml``: ``values`` set, every other setting commented out with its default."""
    lines = [HEAD]
    for name, kind in SECTIONS.items():
        lines += [f"[{name}]", *_section(kind, values.get(name, {})), ""]
    lines.append(PARTNERS.strip("\n"))
    for code, given in partners.items():
        lines += [f"[partners.{code}]", *_section(PartnerSettings, given), ""]
    if not partners:
        lines += ["# [partners.sinosure]", *_section(PartnerSettings, {}), ""]
    return "\n".join(lines)


def _section(kind: type, given: Mapping[str, Any]) -> Iterator[str]:
    for row in fields(kind):
        yield f"# {row.metadata['help']}"
        default = _default(row)
        if row.name in given:
            yield f"{row.name} = {toml(given[row.name])}"
        elif default is None:
            yield f"# {row.name} is not set"
        else:
            yield f"# {row.name} = {toml(default)}"


def _default(row: Field[Any]) -> Any:
    if row.default_factory is not MISSING:
        return row.default_factory()
    return row.default


def toml(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {toml(part)}" for name, part in value.items()) + " }" if value else "{}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(part) for part in value) + "]"
    text = json.dumps(str(value), ensure_ascii=False)  # JSON's escapes are TOML's too, which has one more
    return text.replace("\x7f", "\\u007f")


def _create(path: Path, content: bytes, mode: int) -> Path:
    """A new file, with its rights from the first moment on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    return path
