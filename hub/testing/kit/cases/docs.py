"""What an integrator and an operator read: held by the tables of the plugin itself."""

from pathlib import Path

from hub.contract.capability import CapabilitySheet
from hub.testing.kit.case import Exempt, bronze, expect, gold, silver
from hub.testing.kit.subject import Partner, Subject

LONG_ENOUGH = 40  # characters in which a package says who the partner is


@bronze
def the_package_says_what_it_is(plugin: Subject) -> None:
    """The package's docstring says who the partner or the vendor is, and which messages or cards."""
    expect(len((plugin.module.__doc__ or "").strip()) >= LONG_ENOUGH, "the package has no docstring to speak of")


@bronze
def there_is_a_readme(plugin: Subject) -> None:
    """README.md stands beside pyproject.toml and names the distribution."""
    expect(plugin.readme, "README.md is missing")
    first = plugin.readme.splitlines()[0]
    expect(first.startswith("# swhub-"), f"README.md begins with {first!r}, not with the distribution's name")


@silver
def the_plugin_has_tests_of_its_own(plugin: Subject) -> None:
    """``tests/`` has files that pytest collects."""
    expect(list((plugin.folder / "tests").rglob("test_*.py")), "tests/test_*.py is missing")


@bronze
def the_readme_names_every_message(partner: Partner) -> None:
    """README.md names each message that may be sent or received."""
    missing = [name for name in (*partner.sends, *partner.receives) if name.partition("/")[0] not in partner.readme]
    expect(not missing, f"README.md does not name {missing}")


@silver
def the_readme_lists_every_code(partner: Partner) -> None:
    """README.md has a row for each code, with the partner's words and the event."""
    if not partner.adapter.statuses:
        raise Exempt("the partner sends no codes")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in partner.readme.splitlines()]
    for table in partner.adapter.statuses:
        for row in table:
            listed = any(row.code in cells and row.event in cells and row.text.zh in cells for cells in rows)
            expect(listed, f"README.md has no row for {table.name} {row.code}")


@silver
def the_sheet_is_a_file_that_people_can_read(partner: Partner) -> None:
    """``capability.toml`` stands in the package and is the sheet."""
    file = Path(str(partner.module.__file__)).with_name("capability.toml")
    expect(file.is_file(), "capability.toml is missing")
    expect(CapabilitySheet.parse(file.read_text(encoding="utf-8")) == partner.adapter.sheet, "it says something else")


@gold
def the_readme_shows_the_grade(plugin: Subject) -> None:
    """README.md has a line ``Kit grade: <grade>``, which CI compares with the run."""
    expect("\nKit grade: " in plugin.readme, "README.md has no line 'Kit grade: ...'")
