"""``swhub accounts``: enterprises, accounts, cards."""

from pathlib import Path
from typing import Any

import click
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, or_, select
from sqlalchemy.exc import IntegrityError
from stdnum.cn import uscc as usccs
from stdnum.exceptions import ValidationError

from hub.business.customs import REGISTRATION
from hub.cards import trust
from hub.cards.refusal import CardRefused
from hub.cards.suites import read_certificate
from hub.cards.trust import CardCertificate
from hub.commands.home import home_option, json_option, opened, refuse
from hub.commands.output import show
from hub.errors import InvalidInput, LoginRefused
from hub.runtime import Runtime
from hub.services import accounts, card_trust, passwords
from hub.store import tables
from hub.store.engine import reading, writing

COLUMNS = {
    "uscc": "credit code",
    "enterprise": "enterprise",
    "account": "account",
    "name": "name",
    "role": "role",
    "card": "card serial",
    "not_after": "card valid until",
    "ended_at": "unbound",
}
ROLES = ("LP", "OP", "PW", "ADM")


def customs_code(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Raises click.BadParameter."""
    if value and not REGISTRATION.fullmatch(value):
        raise click.BadParameter("10 characters: 4 digits, then 6 digits or capitals")
    return value


@click.group("accounts")
def command() -> None:
    """Enterprises, their accounts and cards.

    \b
    Example, a new enterprise with its legal person's card:
      swhub accounts add-enterprise 91000000DEM000014K 示例进出口有限公司
      swhub accounts add-account --enterprise 91000000DEM000014K --name 示例法人 --role LP
      swhub accounts bind-card <account> card.crt.pem
    """


@command.command("add-enterprise")
@click.argument("uscc")
@click.argument("name")
@click.option("--customs-code", callback=customs_code, help="海关十位; of an enterprise that is known too.")
@home_option
def add_enterprise(uscc: str, name: str, customs_code: str | None, home: Path) -> None:
    """Make an enterprise known by its unified social credit code and name.

    \b
    Example:
      swhub accounts add-enterprise 91000000DEM000014K 示例进出口有限公司 --customs-code 6101961234
    """
    runtime = opened(home)
    with writing(runtime.engine) as connection:
        accounts.register_enterprise(connection, valid(uscc), name, runtime.clock.now())
        if customs_code:
            accounts.note_customs_code(connection, uscc, customs_code)
    click.echo(f"{uscc}  {name}")


@command.command("add-account")
@click.option("--enterprise", metavar="USCC", help="Whose account it is; not for ADM.")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role", type=click.Choice(ROLES), required=True, help="LP 法人卡, OP 操作员卡, PW password, ADM operator."
)
@home_option
def add_account(enterprise: str | None, name: str, role: str, home: Path) -> None:
    """Add an account and print its id.

    \b
    Example, one of the two persons of a decision on dead letters:
      swhub accounts add-account --name 值班甲 --role ADM
    """
    runtime = opened(home)
    with writing(runtime.engine) as connection:
        if enterprise is not None:
            require_enterprise(connection, enterprise)
        account = accounts.add_account(connection, enterprise=enterprise, name=name, role=role, now=runtime.clock.now())
    click.echo(account)


@command.command("set-password")
@click.argument("account")
@click.argument("name")
@click.password_option(help="Asked for when it is not given; then no shell keeps it.")
@home_option
def set_password(account: str, name: str, password: str, home: Path) -> None:
    """Let ACCOUNT, of role PW, log in as NAME. Sessions opened with an older password end.

    \b
    Example:
      swhub accounts set-password 5f0c... zhang.san
    """
    runtime = opened(home)
    try:
        with writing(runtime.engine) as connection:
            passwords.set_password(connection, account, name, password, runtime.clock.now())
    except InvalidInput as error:
        text = next(iter(error.fields.values()))
        refuse(text.zh, text.en)
    click.echo(f"{name} -> {account}")


@command.command("bind-card")
@click.argument("account")
@click.argument("certificate", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@home_option
def bind_card(account: str, certificate: Path, home: Path) -> None:
    """Bind a card to ACCOUNT by its CERTIFICATE (PEM or DER): it logs in from now on.

    The certificate has to come from a configured authority, be valid, not revoked, of the account's enterprise and
    role.

    \b
    Example:
      swhub accounts bind-card 5f0c... card.crt.pem
    """
    runtime = opened(home)
    card = believed(certificate, runtime)
    try:
        with writing(runtime.engine) as connection:
            accounts.bind_card(connection, account, card, runtime.clock.now())
    except IntegrityError:
        refuse("此卡已绑定账号", "this card is bound to an account already")
    click.echo(f"{card.serial} -> {account}")


@command.command("replace-card")
@click.argument("account")
@click.argument("certificate", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--reason", default="replaced", show_default=True, help="Why; goes into the audit log.")
@home_option
def replace_card(account: str, certificate: Path, reason: str, home: Path) -> None:
    """Bind another card to ACCOUNT; those before stop working at once, with the sessions they opened.

    \b
    Example, after a renewal:
      swhub accounts replace-card 5f0c... new.crt.pem --reason renewed
    """
    runtime = opened(home)
    card, now = believed(certificate, runtime), runtime.clock.now()
    try:
        with writing(runtime.engine) as connection:
            ended = accounts.unbind_cards(connection, account, reason, now)
            accounts.bind_card(connection, account, card, now)
    except IntegrityError:
        refuse("此卡已绑定账号或曾经绑定", "this card is bound to an account, or was")
    click.echo(f"{', '.join(ended) or '-'} -> {card.serial}")


@command.command("unbind-card")
@click.argument("account")
@click.option("--reason", required=True, help="Why: lost, left, ...; goes into the audit log.")
@home_option
def unbind_card(account: str, reason: str, home: Path) -> None:
    """End the bindings of ACCOUNT's cards: they log in no more, and open sessions end.

    \b
    Example, a lost card:
      swhub accounts unbind-card 5f0c... --reason lost
    """
    runtime = opened(home)
    with writing(runtime.engine) as connection:
        ended = accounts.unbind_cards(connection, account, reason, runtime.clock.now())
    if not ended:
        refuse(f"账号 {account} 没有绑定的卡", f"{account} has no card")
    click.echo(", ".join(ended))


@command.command("list")
@click.option("--find", metavar="TEXT", help="Only those whose code, name or account id is this.")
@home_option
@json_option
def list_(find: str | None, home: Path, *, as_json: bool) -> None:
    """List enterprises with their accounts and cards.

    \b
    Example:
      swhub accounts list --find 91000000DEM000014K
    """
    with reading(opened(home).engine) as connection:
        rows = everybody(connection)
    if find is not None:
        rows = [row for row in rows if find in (row["uscc"], row["enterprise"], row["account"], row["name"])]
    show(rows, COLUMNS, as_json=as_json, none="no enterprise, no account")


def everybody(connection: Connection) -> list[dict[str, Any]]:
    """Enterprises with or without accounts, then the hub's own operators; a row for each card."""
    firm, account, card = tables.enterprise, tables.account, tables.card_binding
    known = {
        "uscc": firm.c.uscc,
        "enterprise": firm.c.name,
        "account": account.c.id,
        "name": account.c.name,
        "role": account.c.role,
        "card": card.c.serial,
        "not_after": card.c.not_after,
        "ended_at": card.c.ended_at,
    }
    columns = [column.label(name) for name, column in known.items()]
    customers = firm.outerjoin(account, account.c.enterprise == firm.c.uscc)
    operators = account.outerjoin(firm, account.c.enterprise == firm.c.uscc)
    statements = (
        select(*columns).select_from(customers.outerjoin(card, card.c.account == account.c.id)),
        select(*columns)
        .select_from(operators.outerjoin(card, card.c.account == account.c.id))
        .where(account.c.enterprise.is_(None)),
    )
    order = (firm.c.uscc, account.c.role, account.c.name)
    return [dict(row) for statement in statements for row in connection.execute(statement.order_by(*order)).mappings()]


def valid(uscc: str) -> str:
    """``uscc`` when its check digit fits. Raises ConfigError."""
    try:
        return str(usccs.validate(uscc))
    except ValidationError as error:
        refuse(f"统一社会信用代码 {uscc} 有误", f"{uscc} is no unified social credit code: {error}")


def require_enterprise(connection: Connection, uscc: str) -> None:
    """Return when it is known. Raises ConfigError."""
    table = tables.enterprise
    if connection.execute(select(table.c.uscc).where(table.c.uscc == uscc)).first() is None:
        refuse(f"未登记的企业 {uscc}，请先 add-enterprise", f"{uscc} is not known: add-enterprise first")


def operator(connection: Connection, who: str) -> str:
    """The id of the operator's account that ``who`` names by id or by name. Raises ConfigError."""
    table = tables.account
    named = select(table.c.id).where(table.c.role == "ADM", or_(table.c.id == who, table.c.name == who))
    found = connection.execute(named).scalars().all()
    if len(found) != 1:
        refuse(
            f"没有唯一的操作员账号 {who}（swhub accounts add-account --role ADM）",
            f"{who} does not name one operator (swhub accounts add-account --role ADM)",
        )
    return str(found[0])


def believed(path: Path, runtime: Runtime) -> CardCertificate:
    """The card of this certificate file. Raises LoginRefused, ConfigError."""
    content = path.read_bytes()
    try:
        if b"-----BEGIN" in content:
            content = x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
        leaf = read_certificate(content)
        trust.verify_chain(leaf, card_trust.trust(runtime.settings.trust), runtime.clock.now())
        return trust.read_card(leaf)
    except CardRefused as refused:
        raise LoginRefused(refused.text) from None
    except ValueError:
        refuse(f"{path} 不是证书（PEM 或 DER）", f"{path} is no certificate (PEM or DER)")
