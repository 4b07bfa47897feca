"""The house: who may import whom, read from the syntax tree; no import of ours inside a function, no cycle."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STANDARD = sys.stdlib_module_names

FRAME = ("hub.config", "hub.errors", "hub.guard", "hub.registry", "hub.runtime")

# layer -> (our modules it may import, third-party packages it may import); None: any
LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    "hub/contract": (("hub.contract",), ("pluggy",)),
    "hub/business": (("hub.contract", "hub.business"), ()),
    "hub/crypto": (("hub.contract", "hub.crypto"), ("cryptography", "asn1crypto", "gmalg")),
    "hub/xml": (("hub.contract", "hub.crypto", "hub.xml", "schemas"), ("lxml", "xmlschema", "signxml", "cryptography")),
    "hub/documents": (
        ("hub.cards", "hub.contract", "hub.documents", "hub.errors"),
        ("typst", "pyhanko", "pyhanko_certvalidator", "asn1crypto", "cryptography"),
    ),
    "hub/workbook": (("hub.contract", "hub.workbook"), ("openpyxl",)),
    "hub/cards": (
        ("hub.contract", "hub.cards", "hub.clock", "hub.crypto", "hub.plugins", "hub.hookspecs"),
        ("cryptography", "asn1crypto", "pluggy", "structlog"),
    ),
    "hub/store": (("hub.store",), ("sqlalchemy", "alembic", "orjson", "psycopg")),
    "hub/evidence": (
        ("hub.cards", "hub.contract", "hub.documents", "hub.evidence", "hub.xml"),  # no store: it runs without the hub
        ("cryptography", "lxml", "orjson"),
    ),
    "hub/guard": (("hub.clock", "hub.config", "hub.contract", "hub.guard", "hub.plugins", "hub.registry"), ()),
    "hub/services": (
        (
            *(
                "hub.business",
                "hub.cards",
                "hub.clock",
                "hub.contract",
                "hub.delivery",
                "hub.documents",
                "hub.evidence",
            ),
            *("hub.plugins", "hub.services", "hub.store", "hub.testing.kit.proof", *FRAME),
        ),
        ("sqlalchemy", "cryptography", "nh3"),
    ),
    "hub/delivery": (
        ("hub.clock", "hub.contract", "hub.delivery", "hub.plugins", "hub.services", "hub.store", "hub.xml", *FRAME),
        ("sqlalchemy", "urllib3", "prometheus_client", "pluggy", "structlog"),
    ),
    "web": (
        (
            *("hub.business", "hub.cards", "hub.contract", "hub.delivery", "hub.services", "hub.store", *FRAME),
            *("hub.log", "hub.commands", "hub.workbook", "hub.xml.catalogue", "hub.xml.codec", "web"),
        ),
        None,
    ),
}
PLUGIN_CODE = ("hub.contract", "hub.crypto", "hub.xml")
PLUGIN_SIMULATOR = (*PLUGIN_CODE, "hub.testing", "hub.documents")


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module of a file, and whether the import stands inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in inner
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                place = ROOT / full.replace(".", "/")
                is_module = place.with_suffix(".py").exists() or place.is_dir()
                yield full if is_module else str(node.module), id(node) in inner


def within(module: str, allowed: tuple[str, ...]) -> bool:
    return module == "hub" or any(module == name or module.startswith(f"{name}.") for name in allowed)


def ours(module: str) -> bool:
    return module.partition(".")[0] in ("hub", "web", "schemas", "demo") or module.startswith("hub_")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_it_may(layer: str) -> None:
    mine, strangers = LAYERS[layer]
    for path in (ROOT / layer).rglob("*.py"):
        if "versions" in path.parts:
            continue
        for module, _ in imports(path):
            top = module.partition(".")[0]
            if ours(module):
                assert within(module, mine), f"{path.relative_to(ROOT)} imports {module}"
            elif top not in STANDARD and strangers is not None:
                assert top in strangers, f"{path.relative_to(ROOT)} imports {module}"


def test_a_plugin_imports_only_the_contract_crypto_and_xml() -> None:
    for path in (ROOT / "plugins").rglob("*.py"):
        package = next(part for part in path.parts if part.startswith("hub_") or part == "tests")
        if package == "tests":
            continue
        allowed = PLUGIN_SIMULATOR if "simulator" in str(path) else PLUGIN_CODE
        for module, _ in imports(path):
            if ours(module):
                assert within(module, (*allowed, package)), f"{path.relative_to(ROOT)} imports {module}"


def test_no_import_of_ours_hides_in_a_function() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}: {module}"
        for folder in ("hub", "web", "plugins", "schemas")
        for path in (ROOT / folder).rglob("*.py")
        for module, inner in imports(path)
        if inner and ours(module)
    ]

    assert hidden == []


def test_no_import_cycle() -> None:
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for folder in ("hub", "web")
        for path in (ROOT / folder).rglob("*.py")
        if "versions" not in path.parts
    }
    graph = {name: {module for module, _ in imports(path) if module in files} for name, path in files.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name in done:
            return
        for module in graph[name]:
            visit(module, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def test_the_core_needs_no_flask() -> None:
    for path in (ROOT / "hub").rglob("*.py"):
        assert not any(module.partition(".")[0] == "flask" for module, _ in imports(path)), path
