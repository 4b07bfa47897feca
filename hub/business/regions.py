"""Provinces, cities and districts of mainland China: codes of statistical divisions as of 2023-06-30, published by the
National Bureau of Statistics (国家统计局) on 2023-09-11. A code has two, four or six digits; a city without districts
(东莞市, 中山市, 儋州市) ends at four.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

AS_OF = "2023-06-30"
FILE = "regions-2023.txt"
LEVELS = (2, 4, 6)  # digits of a province's, a city's and a district's code


@cache
def _names() -> Mapping[str, str]:
    """Code -> name. A line of the file is a province, or a city with the last two digits and names of its districts."""
    names: dict[str, str] = {}
    for line in files("hub.business").joinpath(FILE).read_text(encoding="utf-8").splitlines():
        code, name, *districts = line.split(" ")
        names[code] = name
        names |= {code + row[:2]: row[2:] for row in districts}
    return names


@cache
def below(code: str = "") -> Sequence[tuple[str, str]]:
    """The (code, name) pairs of one level down: the provinces, a province's cities or a city's districts."""
    length = len(code) + 2
    return tuple((one, name) for one, name in _names().items() if len(one) == length and one.startswith(code))


def provinces() -> tuple[str, ...]:
    """Their names."""
    return tuple(name for _, name in below())


@cache
def cities(province: str) -> tuple[str, ...]:
    """The names of a province's cities, those that it governs itself among them; a municipality is its own city."""
    code = next((code for code, name in below() if name == province), None)
    return () if code is None else tuple(dict.fromkeys(_cities(code, province)))


def _cities(code: str, province: str) -> Iterator[str]:
    for city, name in below(code):
        if name not in FILLERS:
            yield name
        elif name in MUNICIPAL:
            yield province
        else:
            yield from (own for _, own in below(city))


def levels(code: str) -> tuple[str, ...]:
    """The codes on the way down to ``code``: ``610102`` -> ``61``, ``6101``, ``610102``; only those that exist."""
    return tuple(code[:digits] for digits in LEVELS if len(code) >= digits and code[:digits] in _names())


def is_complete(code: str) -> bool:
    """Whether ``code`` exists and nothing is left to choose below it."""
    return code in _names() and not below(code)


def full_name(code: str) -> str:
    """The names from the province down: ``陕西省西安市新城区``; what only fills the second level is left out."""
    return "".join(_names()[one] for one in levels(code) if _names()[one] not in FILLERS)


MUNICIPAL = frozenset({"市辖区", "县"})
FILLERS = MUNICIPAL | {"省直辖县级行政区划", "自治区直辖县级行政区划"}
"""Names of the second level that are no place; the first two are what a municipality has."""
