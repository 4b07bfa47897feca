"""Portal profiles: what differs between regional portals is data (spec PT-22)."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.errors import ConfigError
from tests.web.world import World
from web import portal
from web.app import create_app


@pytest.mark.parametrize("code", [path.stem for path in Path(portal.__file__).parent.glob("profiles/*.toml")])
def test_every_profile_that_ships_can_be_read(code: str) -> None:
    found = portal.load(code)
    assert found.code == code
    assert found.hotlines


def test_the_shaanxi_portal_carries_its_own_name(world: World) -> None:
    web = replace(world.runtime.settings.web, profile="shaanxi")
    runtime = replace(world.runtime, settings=replace(world.runtime.settings, web=web))
    text = create_app(runtime).test_client().get("/login").text
    assert re_joined(text).count("中国(陕西)国际贸易单一窗口 | 信用保险系统") == 1


def re_joined(text: str) -> str:
    """The header's name as it is read: tags out."""
    start = text.index('<a class="brand"')
    brand = text[start : text.index("</a>", start)]
    parts = [part.split(">", 1)[-1] for part in brand.split("<")]
    return "".join(parts).replace("\n", "")


@pytest.mark.parametrize("code", ["atlantis", "../secret", "", "standard.toml"])
def test_an_unknown_profile_stops_the_start(code: str) -> None:
    with pytest.raises(ConfigError, match="profile"):
        portal.load(code)


def test_a_profile_with_an_unknown_rule_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Path(portal.__file__).parent / "profiles" / "standard.toml"
    (tmp_path / "profiles").mkdir()
    text = source.read_text(encoding="utf-8").replace('email = "standard"', 'email = "lenient"')
    (tmp_path / "profiles" / "odd.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(portal, "files", lambda _: tmp_path)
    with pytest.raises(ConfigError, match=r"odd\.toml: 'lenient'"):
        portal.load("odd")
