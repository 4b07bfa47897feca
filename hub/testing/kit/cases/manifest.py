"""What the plugin says about itself: entry point, contract, sheet, permissions."""

import ast
import re
import sys
from pathlib import Path

from hub import plugins, registry
from hub.business import KINDS
from hub.contract.adapters import PartnerAdapter, Refusal
from hub.contract.capability import NOT_YET, Idempotency
from hub.errors import Unregistered
from hub.testing.kit.case import Broken, Exempt, Todo, bronze, expect, silver
from hub.testing.kit.subject import Partner, Subject

DISTRIBUTION = re.compile(r"swhub-[a-z0-9]+(-[a-z0-9]+)*")
PARTY = re.compile(r"[a-z0-9-]{2,32}")  # as the envelope has it
HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9a-f:]+\]")
PLUGIN = ("hub.contract", "hub.crypto", "hub.xml")
SIMULATOR = (*PLUGIN, "hub.testing", "hub.documents")


@bronze
def the_plugin_loads_and_each_of_its_hooks_is_known(plugin: Subject) -> None:
    """The entry point can be imported and every hook it implements has a specification."""
    _, (listed,) = plugins.load([plugin.plugin])
    expect(listed.reason is None, str(listed.reason))


@silver
def the_distribution_is_named_after_the_hub(plugin: Subject) -> None:
    """The distribution is called ``swhub-<family>-<slug>`` and has a version."""
    text = (plugin.folder / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^name\s*=\s*"([^"]+)"', text, re.MULTILINE)
    expect(found and DISTRIBUTION.fullmatch(found[1]), "pyproject.toml: the name is not swhub-<family>-<slug>")
    expect(plugin.plugin.version not in ("?", "-", "0", "0.0.0"), f"version {plugin.plugin.version}")


@silver
def the_code_imports_nothing_of_the_hub_but_the_contract(plugin: Subject) -> None:
    """The package imports ``hub.contract`` and ``hub.xml`` only; its simulator also the parts made for it."""
    package = Path(str(plugin.module.__file__)).parent
    for path in package.rglob("*.py"):
        allowed = SIMULATOR if "simulator" in str(path.relative_to(package)) else PLUGIN
        for name in _imports(path):
            top = name.partition(".")[0]
            foreign = top in ("hub", "web", "schemas") or (top.startswith("hub_") and top != package.name)
            ours = any(name == other or name.startswith(f"{other}.") for other in allowed)
            expect(ours or not foreign or name == "hub", f"{path.name} imports {name}")


def _imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [row.name for row in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = node.module != "hub"
            found += [node.module] if whole else [f"hub.{row.name}" for row in node.names]
    return [name for name in found if name.partition(".")[0] not in sys.stdlib_module_names]


@bronze
def the_adapter_has_every_method_of_the_contract(partner: Partner) -> None:
    """The adapter is a PartnerAdapter: no method is missing that the core may call."""
    expect(isinstance(partner.adapter, PartnerAdapter), "a method of PartnerAdapter is missing")


@bronze
def the_contract_range_includes_this_contract(partner: Partner) -> None:
    """The sheet names a range of contract versions that includes this one, and it has an upper end."""
    wanted = partner.adapter.sheet.contract
    expect(plugins.contract_fits(wanted), f"{wanted} does not include this contract")
    expect("<" in wanted or "==" in wanted, f"{wanted} promises to fit every contract to come")


@bronze
def the_partner_code_fits_the_envelope(partner: Partner) -> None:
    """The partner's code can be a sender in the envelope, and it is not the hub's."""
    code = partner.adapter.sheet.partner
    expect(PARTY.fullmatch(code), f"{code!r} is no PartyCode")
    expect(code != "swhub", "the code is the hub's own")


@bronze
def every_declared_message_has_a_schema(partner: Partner) -> None:
    """Each ``Type/version`` of the sheet has an XSD here."""
    for declared in (*partner.sends, *partner.receives):
        try:
            partner.schema(declared)
        except Refusal as refusal:
            raise Broken(f"{declared}: {refusal}") from refusal


@silver
def what_the_partner_sends_by_itself_is_declared(partner: Partner) -> None:
    """The sheet declares what comes in, or says ``incoming = "none"``; ``"todo"`` keeps the grade at bronze."""
    said, receives = partner.adapter.sheet.incoming, partner.receives
    expect(said or receives, 'nothing comes in: declare it with its meaning, or say incoming = "none" in [plugin]')
    expect(not (said and receives), f"incoming = {said!r}, and yet {receives}")
    if said == NOT_YET:
        raise Todo("nobody has read yet what the partner sends by itself")


@bronze
def a_partner_that_does_not_deduplicate_can_be_asked(partner: Partner) -> None:
    """A capability that sends is idempotent by key or business number, or declares how to ask."""
    for name, row in partner.adapter.sheet.capabilities.items():
        safe = not row.sends or row.idempotency is not Idempotency.NONE or row.query
        expect(safe, f"{name}: idempotency none and no query leaves every doubt to two persons")


@silver
def a_query_is_a_capability_that_sends_a_question(partner: Partner) -> None:
    """What ``query`` names is declared and sends something."""
    partner.must_ask()
    sheet = partner.adapter.sheet
    for name, row in sheet.capabilities.items():
        expect(row.query is None or sheet[row.query].sends, f"{name}: {row.query} sends nothing")


@bronze
def the_core_refuses_a_capability_that_is_not_declared(partner: Partner) -> None:
    """The registry knows what the sheet declares and refuses everything else, of every line of business."""
    code, sheet = partner.adapter.sheet.partner, partner.adapter.sheet
    lines = {action.sends.capability for kind in KINDS.values() for action in kind.actions if action.sends is not None}
    known = registry.of([partner.adapter])
    for name in sheet.capabilities:
        expect(known.offers(code, name), f"{name} is declared and not offered")
    for name in sorted({*lines, "kit.undeclared"} - set(sheet.capabilities)):
        try:
            known.capability(code, name)
        except Unregistered:
            continue
        raise Broken(f"{name} is not declared and was given out")


@silver
def the_hosts_are_named_one_by_one(partner: Partner) -> None:
    """The sheet names the hosts it needs, without scheme, path or wildcard."""
    hosts = partner.adapter.sheet.hosts
    expect(hosts or not partner.sends, "no host is named, yet the hub is to send")
    for host in hosts:
        expect(HOST.fullmatch(host), f"{host!r} is not the name of one host")


@silver
def a_receipt_is_due_before_the_deadline(partner: Partner) -> None:
    """Each promised time is positive, and the partner's receipt is due before the message is given up."""
    for name, row in partner.adapter.sheet.capabilities.items():
        in_order = row.receipt_sla.total_seconds() > 0 and row.receipt_sla <= row.deadline
        expect(in_order or not row.sends, f"{name}: receipt_sla {row.receipt_sla}, deadline {row.deadline}")


@silver
def the_simulator_is_the_partners(partner: Partner) -> None:
    """The plugin brings the partner's side along, under the partner's code."""
    manager, _ = plugins.load([partner.plugin])
    found = [spec for _, specs, _ in plugins.call_each(manager, "simulators") for spec in specs]
    if partner.adapter.sheet.state == "retired":
        raise Exempt("a retired partner needs no simulator")
    expect(partner.adapter.sheet.partner in {spec.partner for spec in found}, "no simulator for this partner")
