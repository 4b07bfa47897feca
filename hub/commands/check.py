"""``swhub check``: one line for each thing that has to be in order."""

import importlib.util
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click
from cryptography import x509
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from hub import blocklist, config, registry, runtime, tested
from hub.cards.trust import is_list_of
from hub.clock import SystemClock
from hub.commands.home import FILE, home_option, json_option
from hub.commands.output import plain, to_json
from hub.config import PartnerSettings, Settings
from hub.contract.adapters import Refusal
from hub.errors import ConfigError
from hub.registry import Registry
from hub.services import evidence_check
from hub.services.evidence_check import Report
from hub.services.partners import cards as plugin_cards
from hub.setup import CODE
from hub.store import migrate, tables
from hub.store.engine import open_engine, reading
from hub.xml import catalogue

SOON = timedelta(days=30)  # a certificate that ends within is a fault: replacing one takes partners weeks
DRIFT = timedelta(seconds=60)
UNSIGNED = timedelta(minutes=5)  # evidence that waits longer for a signed head has no worker
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PACKAGE_FILES = (  # package, folder, pattern, what it is
    ("hub", "documents/fonts", "*.ttf", "fonts"),
    ("web", "static/css", "*.css", "style sheets"),
    ("web", "static/js", "*.js", "scripts"),
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line: what was looked at, whether it is in order, and what to know or to do."""

    subject: str
    ok: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the checks look at."""

    settings: Settings
    registry: Registry
    now: datetime


@click.command("check")
@home_option
@json_option
def command(home: Path, *, as_json: bool) -> None:
    """Say what is in order (✓) and what is not (✗); exit code 1 when anything is not.

    Looks at the settings, store, keys, clock, schemas, plugins, partners, card authorities and packaged files. Changes
    nothing and calls no partner.

    \b
    Example:
      swhub check --home /srv/swhub
    """
    findings = look(home, SystemClock().now())
    if as_json:
        click.echo(to_json([plain(finding) for finding in findings]))
    else:
        for finding in findings:
            mark = click.style("✓", fg="green") if finding.ok else click.style("✗", fg="red", bold=True)
            click.echo(f"{mark} {finding.subject}: {finding.detail}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


def look(home: Path, now: datetime) -> list[Finding]:
    """Every finding; without readable settings there is only the one about them."""
    try:
        settings = config.load(home / FILE)
        blocks = blocklist.read(settings.hub.blocked)
    except ConfigError as error:
        return [Finding(subject="settings", ok=False, detail=error.text.en)]
    site = Site(settings=settings, registry=registry.build(blocks=blocks), now=now)
    good = CODE.fullmatch(settings.hub.code) is not None
    detail = str(settings.home / FILE) if good else f"[hub] code: {settings.hub.code!r} is no code for messages"
    first = Finding(subject="settings", ok=good, detail=detail)
    return [first, *(finding for check in CHECKS for finding in check(site))]


def store(site: Site) -> Iterator[Finding]:
    """The store answers, has the code's version, and the clock is not behind what it has recorded."""
    engine = open_engine(site.settings.database_url())
    place = engine.url.render_as_string(hide_password=True)
    if engine.dialect.name == "sqlite" and not Path(str(engine.url.database)).exists():
        yield Finding(subject="store", ok=False, detail=f"{place} does not exist: run 'swhub migrate'")
        return
    try:
        old = migrate.pending(engine)
        detail = f"{place} is not at the code's version: run 'swhub migrate'" if old else place
        yield Finding(subject="store", ok=not old, detail=detail)
        if old:
            return
        with reading(engine) as connection:
            latest = connection.execute(select(func.max(tables.event.c.recorded_at))).scalar_one()
            proof = evidence_check.check(connection)
    except SQLAlchemyError as error:
        yield Finding(subject="store", ok=False, detail=f"{place}: {first_line(error)}")
        return
    finally:
        engine.dispose()
    ahead = latest is not None and latest > site.now + DRIFT
    detail = f"behind the last recorded event ({latest:%Y-%m-%d %H:%M}Z)" if ahead else f"{site.now:%Y-%m-%d %H:%M:%S}Z"
    yield Finding(subject="clock", ok=not ahead, detail=detail)
    yield _evidence(proof, site)


def _evidence(report: Report, site: Site) -> Finding:
    """The chain of evidence holds and is being signed."""
    if report.faults:
        first = report.faults[0]
        detail = f"{len(report.faults)} faults, first {first.where}: {first.text.en}; see 'swhub evidence check'"
        return Finding(subject="evidence", ok=False, detail=detail)
    detail = f"{report.entries} entries under {report.heads} signed heads"
    if report.since is None or site.now - report.since <= UNSIGNED:
        return Finding(subject="evidence", ok=True, detail=detail)
    waits = f"{report.waiting} entries wait for a head since {report.since:%Y-%m-%d %H:%M}Z: is a worker running?"
    return Finding(subject="evidence", ok=False, detail=f"{detail}; {waits}")


def keys(site: Site) -> Iterator[Finding]:
    """The hub's key and certificate belong together and last; nobody else reads the secrets."""
    hub, web, centre = site.settings.hub, site.settings.web, site.settings.centre
    yield from _pair("", "[hub]", hub.key, hub.certificate, site.now)
    if centre.key or centre.certificate:
        yield from _pair("centre's ", "[centre]", centre.key, centre.certificate, site.now)
    for path in private(site.settings):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077 and sys.platform != "win32":
            yield Finding(subject="rights", ok=False, detail=f"{path} is open to others: chmod 600")
    try:
        length = len(web.secret.read_bytes().strip())
        yield Finding(subject="secret", ok=length >= 32, detail=f"{web.secret}, {length} characters of at least 32")
    except OSError as error:
        yield Finding(subject="secret", ok=False, detail=f"[web] secret: {first_line(error)}")


def _pair(whose: str, where: str, key: Path | None, certificate: Path | None, now: datetime) -> Iterator[Finding]:
    try:
        runtime.signing_key(key, certificate, where)
    except ConfigError as error:
        yield Finding(subject=f"{whose}key", ok=False, detail=first_line(error))
        return
    yield Finding(subject=f"{whose}key", ok=True, detail=str(key))
    if certificate is not None:
        yield from lasting(f"{whose}certificate", certificate, now)


def private(settings: Settings) -> list[Path]:
    """The files that nobody but the hub's own user may read."""
    found = [settings.hub.key, settings.web.secret, *filter(None, (settings.centre.key,))]
    place = settings.database_url()
    return [*found, Path(place.removeprefix("sqlite:///"))] if place.startswith("sqlite:///") else found


def portal(site: Site) -> Iterator[Finding]:
    """The address that users type protects their session, and the portal's profile exists."""
    web = site.settings.web
    address = urlsplit(web.origin)
    safe = address.scheme == "https" or (address.scheme == "http" and address.hostname in LOOPBACK)
    bare = web.origin == f"{address.scheme}://{address.netloc}"
    detail = web.origin if safe and bare else f"[web] origin: {web.origin} must be https://host, without a path"
    yield Finding(subject="origin", ok=safe and bare, detail=detail)
    found = _package("web") / "profiles" / f"{web.profile}.toml"
    detail = web.profile if found.is_file() else f"[web] profile: there is none called {web.profile!r}"
    yield Finding(subject="profile", ok=found.is_file(), detail=detail)


def schemas(_site: Site) -> Iterator[Finding]:
    """Every message's schema compiles."""
    known = catalogue.default_catalogue()
    types = known.types()
    broken = []
    for name in types:
        try:
            known.message(*name.split("/"))
        except (Refusal, ValueError, SyntaxError) as error:
            broken.append(f"{name}: {first_line(error)}")
    yield Finding(subject="schemas", ok=not broken, detail="; ".join(broken) or f"{len(types)} messages")


def plugins(site: Site) -> Iterator[Finding]:
    """Every installed plugin is loaded, and says why when not."""
    for name, reason in site.registry.problems:
        yield Finding(subject=f"plugin {name}", ok=False, detail=reason)
    bad = {name for name, _ in site.registry.problems}
    cards = plugin_cards(site.registry, site.settings)
    good = [f"{card.plugin} {card.version} ({card.proof.grade})" for card in cards if card.plugin not in bad]
    for card in cards:
        placed = site.settings.partners.get(card.partner or "", PartnerSettings()).kit_report
        if card.proof.why is not None and placed is not None:
            yield Finding(subject=f"plugin {card.plugin}", ok=False, detail=f"{placed}: {card.proof.why}")
    yield Finding(subject="plugins", ok=bool(good), detail=", ".join(good) or "none is installed")


def partners(site: Site) -> Iterator[Finding]:
    """Every partner is plugged in and configured, with certificates that last."""
    configured, plugged = site.settings.partners, site.registry.partners
    try:
        tested.require_sandbox(site.settings, site.registry)
    except ConfigError as error:
        yield Finding(subject="test mode", ok=False, detail=error.text.en)
    unplayed = tested.without_simulator(site.settings, site.registry)
    for code in sorted(set(configured) - set(plugged)):
        yield Finding(subject=f"partner {code}", ok=False, detail=f"[partners.{code}]: no plugin connects it")
    for code in plugged:
        subject = f"partner {code}"
        if code not in configured:
            yield Finding(subject=subject, ok=False, detail=f"there is no section [partners.{code}]")
            continue
        if configured[code].test_mode and not configured[code].address:
            ok = code not in unplayed
            detail = "test mode: 'swhub serve' plays it" if ok else "test mode: its plugin brings no simulator"
            yield Finding(subject=subject, ok=ok, detail=detail)
            continue
        yield from _partner(subject, configured[code], site.now)


def _partner(subject: str, settings: PartnerSettings, now: datetime) -> Iterator[Finding]:
    reachable = settings.address.startswith(("http://", "https://"))
    yield Finding(subject=subject, ok=reachable, detail=f"address {settings.address or 'is not set'}")
    if not settings.certificates:
        yield Finding(subject=subject, ok=False, detail="certificates: none is pinned, so nothing of it is believed")
    for path in settings.certificates:
        yield from lasting(subject, path, now)


def cards(site: Site) -> Iterator[Finding]:
    """Somebody's cards are believed, and each authority has a current revocation list."""
    trust = site.settings.trust
    if not trust.card_cas:
        yield Finding(subject="cards", ok=False, detail="[trust] card_cas: none, so nobody can log in")
    lists = []
    for path in trust.card_crls:
        try:
            lists.append(x509.load_pem_x509_crl(path.read_bytes()))
        except (OSError, ValueError) as error:
            yield Finding(subject="card list", ok=False, detail=f"{path}: {first_line(error)}")
    for path in trust.card_cas:
        yield from lasting("card authority", path, site.now)
        for authority in _certificates(path):
            yield _revocation(authority, lists, site.now)


def _revocation(authority: x509.Certificate, lists: Sequence[x509.CertificateRevocationList], now: datetime) -> Finding:
    name = authority.subject.rfc4514_string()
    mine = [crl for crl in lists if is_list_of(crl, authority)]
    ends = max((crl.next_update_utc for crl in mine if crl.next_update_utc), default=None)
    if ends is None:
        return Finding(subject="card list", ok=False, detail=f"[trust] card_crls: no list of {name}")
    detail = f"list of {name}, next update {ends:%Y-%m-%d %H:%M}Z"
    return Finding(subject="card list", ok=ends > now, detail=detail if ends > now else f"{detail}: out of date")


def files(_site: Site) -> Iterator[Finding]:
    """What script/frontend copies and what the pages are made of is there."""
    for package, folder, pattern, what in PACKAGE_FILES:
        count = len(list((_package(package) / folder).glob(pattern)))
        missing = f"none in {package}/{folder}: run script/frontend"
        yield Finding(subject=what, ok=count > 0, detail=f"{count} in {package}/{folder}" if count else missing)


def _package(name: str) -> Path:
    """The folder of an installed package, without importing it: the hub never imports the web."""
    found = importlib.util.find_spec(name)
    return Path(str(found.origin)).parent if found is not None else Path(name)


def lasting(subject: str, path: Path, now: datetime) -> Iterator[Finding]:
    """Every certificate of a file is valid now and for SOON more."""
    try:
        found = _certificates(path)
    except (OSError, ValueError) as error:
        yield Finding(subject=subject, ok=False, detail=f"{path}: {first_line(error)}")
        return
    for certificate in found:
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        days = (end - now).days
        if tested.marked(certificate):
            yield Finding(subject=subject, ok=False, detail=f"{path}: a certificate of test mode: remove it")
            continue
        ok = start <= now and end - now >= SOON
        until = f"{path.name} valid until {end:%Y-%m-%d}, {days} days"
        detail = until if ok else f"{until}: replace it" if start <= now else f"{path.name} not valid before {start}"
        yield Finding(subject=subject, ok=ok, detail=detail)


def first_line(error: BaseException) -> str:
    """The first line of what was raised: of database errors the rest may hold values."""
    return str(error).partition("\n")[0] or type(error).__name__


def _certificates(path: Path) -> list[x509.Certificate]:
    """Raises OSError, ValueError."""
    return x509.load_pem_x509_certificates(path.read_bytes())


CHECKS: Sequence[Callable[[Site], Iterator[Finding]]] = (
    store,
    keys,
    portal,
    schemas,
    plugins,
    partners,
    cards,
    files,
)
