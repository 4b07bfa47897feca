"""The table of all cases for README.md: ``python -m hub.testing.kit.page`` writes it anew."""

from pathlib import Path

from hub.testing.kit.cases import CASES
from hub.testing.kit.subject import Subject

PAGE = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table: cases -->\n", "<!-- end -->"
HEAD = "| group | case | grade | about | rule |\n| --- | --- | --- | --- | --- |\n"
ABOUT: dict[type, str] = {Subject: "every plugin"}


def table() -> str:
    """One row for each case."""
    return HEAD + "".join(
        f"| {case.group} | `{case.name}` | {case.grade} | {ABOUT.get(case.about, case.about.__name__.lower())} |"
        f" {case.rule} |\n"
        for case in CASES
    )


def renewed(page: str) -> str:
    """``page`` with the table as it has to be."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
