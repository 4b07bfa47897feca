"""What a new plugin is called: distribution, package, entry point, partner code."""

import re
from dataclasses import dataclass

from hub.contract.text import Text
from hub.errors import HubError

KINDS = ("insurer", "bank", "card", "data")
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 20
TAKEN = frozenset({"hub", "swhub", "web", "schemas", "test"})
UNQUOTABLE = re.compile(r'["\\$<>&\x00-\x1f]')


class ScaffoldError(HubError):
    """The plugin cannot be written."""

    zh = "无法生成插件"


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of one plugin."""

    kind: str
    slug: str  # "acme-bank"; also the partner's code
    name: Text

    @property
    def key(self) -> str:
        """``bank_acme``: entry point; family and slug."""
        return f"{self.kind}_{self.slug.replace('-', '_')}"

    @property
    def package(self) -> str:
        """``hub_bank_acme``."""
        return f"hub_{self.key}"

    @property
    def distribution(self) -> str:
        """``swhub-bank-acme``: also the folder's name."""
        return f"swhub-{self.kind}-{self.slug}"

    def values(self) -> dict[str, str]:
        """The placeholders that every template may use."""
        return {
            "kind": self.kind,
            "slug": self.slug,
            "partner": self.slug,
            "key": self.key,
            "package": self.package,
            "distribution": self.distribution,
            "entry_point": self.key,
            "product": self.slug.upper()[:16],
            "name_zh": self.name.zh,
            "name_en": self.name.en,
        }


def names(kind: str, slug: str, name_zh: str = "", name_en: str = "") -> Names:
    """Raises ScaffoldError for a kind, slug or name that cannot be one."""
    if kind not in KINDS:
        raise ScaffoldError(
            Text(f"种类 {kind}：应为 {'、'.join(KINDS)} 之一", f"kind {kind}: one of {', '.join(KINDS)}")
        )
    if not SLUG.fullmatch(slug) or not 2 <= len(slug) <= LONGEST or slug in TAKEN:
        raise ScaffoldError(
            Text(
                f"名称 {slug}：须以小写字母开头，由小写字母、数字和单个连字符组成，2 至 {LONGEST} 个字符",
                f"slug {slug}: 2 to {LONGEST} lower-case letters, digits and single hyphens, a letter first,"
                f" none of {', '.join(sorted(TAKEN))}",
            )
        )
    for given in (name_zh, name_en):
        if UNQUOTABLE.search(given) or len(given.encode("gb18030")) > 40:  # two columns for a Chinese character
            raise ScaffoldError(
                Text(
                    f"机构名称 {given}：最多 20 个汉字或 40 个字母，且不含引号、反斜杠、$、<、>、&",
                    f"name {given}: at most 40 columns, none of them a quote, a backslash, $, <, > or &",
                )
            )
    title = slug.replace("-", " ").title()
    return Names(kind=kind, slug=slug, name=Text(name_zh or title, name_en or title))
