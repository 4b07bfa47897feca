"""Countries and regions as ISO 3166 alpha-3 codes with their names of the CLDR."""

import re
from functools import cache

from babel import Locale
from babel.core import get_global

from hub.contract.text import Text

NO_COUNTRY = re.compile("X..|QUU|ZZZ|AA.")  # assigned by users or by the CLDR
WITHDRAWN = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})  # ISO 3166-3; the CLDR has their successors' names
OFFICIAL = {"TWN": Text("中国台湾", "Taiwan, China")}


@cache
def countries() -> dict[str, Text]:
    """``{"CHN": Text("中国", "China"), ...}``, China first, the others by their code."""
    zh, en = Locale("zh").territories, Locale("en").territories
    aliases = get_global("territory_aliases")
    found = {
        code: Text(zh[names[0]], en[names[0]])
        for code, names in aliases.items()
        if len(code) == 3
        and not NO_COUNTRY.fullmatch(code)
        and code not in WITHDRAWN
        and code.isalpha()
        and len(names) == 1
        and names[0] in zh
        and names[0].isalpha()
    }
    found |= OFFICIAL
    return {code: found[code] for code in sorted(found, key=lambda code: (code != "CHN", code))}
