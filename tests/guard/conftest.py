"""A hub with two insurers: Sinosure, and one that misbehaves on order, in this process or in one of its own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hub_sinosure.adapter import sinosure
from sqlalchemy import Engine

from hub.config import DeliverySettings, PartnerSettings
from hub.plugins import Plugin
from hub.registry import Registry
from hub.testing import unruly
from tests.services.conftest import World, keys, make_world

__all__ = ["keys", "make_world"]

SECONDS = 0.5  # what a call of a plugin may take in these tests


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin's process finds what this one finds."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


@pytest.fixture
def release() -> Iterator[None]:
    """Whatever sleeps in this process ends with the test."""
    unruly.RELEASE.clear()
    yield
    unruly.RELEASE.set()


@pytest.fixture
def unruly_world(
    make_world: Callable[[Engine], World], sqlite_engine: Engine, release: None
) -> Iterator[Callable[..., World]]:
    """Makes the world in which the calls of the partner ``unruly`` do what the keywords say."""
    made: list[World] = []

    def make(*, isolate: bool = False, memory_mb: int = 64, seconds: float = SECONDS, **ways: Any) -> World:
        world = make_world(sqlite_engine)
        known = world.runtime.settings
        mine = PartnerSettings(
            address="http://127.0.0.1:1/",
            certificates=known.partners["sinosure"].certificates,
            isolate=isolate,
            memory_mb=memory_mb,
            settings=ways,
        )
        partners = {**known.partners, unruly.PARTNER: mine}
        settings = replace(known, partners=partners, delivery=DeliverySettings(plugin_seconds=seconds))
        adapters = {"sinosure": sinosure(), unruly.PARTNER: unruly.adapter()}
        plugin = Plugin(name="insurer_unruly", version="1.2.3", module=unruly)
        registry = Registry(adapters, (plugin,), {unruly.PARTNER: plugin.name})
        world.runtime = replace(world.runtime, settings=settings, registry=registry)
        made.append(world)
        return world

    yield make
    for world in made:
        world.runtime.guards.close()
