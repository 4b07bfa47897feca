"""The table of provinces, cities and districts."""

import pytest

from hub.business import regions


def test_every_province_has_cities_and_nearly_every_city_has_districts() -> None:
    cities = [code for province, _ in regions.below() for code, _ in regions.below(province)]

    assert len(regions.below()) == 31
    assert len(cities) == 342
    assert [code for code in cities if not regions.below(code)] == ["4419", "4420", "4604"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("610102", "陕西省西安市新城区"),
        ("110108", "北京市海淀区"),
        ("4419", "广东省东莞市"),
        ("429004", "湖北省仙桃市"),
    ],
)
def test_a_place_is_named_from_its_province_down(code: str, name: str) -> None:
    assert regions.full_name(code) == name
    assert regions.is_complete(code)


@pytest.mark.parametrize("code", ["", "6", "61", "6101", "619999", "6101020", "x"])
def test_a_code_that_leaves_something_to_choose_or_is_none_is_not_complete(code: str) -> None:
    assert not regions.is_complete(code)


def test_the_levels_of_a_code_end_where_it_stops_to_exist() -> None:
    assert regions.levels("610102") == ("61", "6101", "610102")
    assert regions.levels("619999") == ("61",)


@pytest.mark.parametrize(
    ("province", "some", "count"),
    [
        ("陕西省", {"西安市", "榆林市"}, 10),
        ("上海市", {"上海市"}, 1),
        ("重庆市", {"重庆市"}, 1),
        ("湖北省", {"武汉市", "仙桃市"}, 17),
        ("江南省", set(), 0),
    ],
)
def test_the_cities_of_a_province_are_places(province: str, some: set[str], count: int) -> None:
    found = regions.cities(province)

    assert some <= {*found}
    assert len(found) == count
