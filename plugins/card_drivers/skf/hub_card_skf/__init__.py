"""SM2 cards and IKeys that come with an SKF library (GM/T 0016, GB/T 35291): the interface of the 国密 media."""

import os
from collections.abc import Sequence
from typing import Any

from hub.contract.card import CardDriver
from hub.contract.hooks import hookimpl
from hub_card_skf.driver import SkfDriver

LIBRARY = "SWHUB_SKF_LIBRARY"


@hookimpl
def card_drivers(settings: dict[str, Any]) -> Sequence[CardDriver]:
    """One driver for the library ``settings["library"]`` or, without it, the environment's; none without either."""
    path = settings.get("library") or os.environ.get(LIBRARY)
    if not path:
        return []
    application = settings.get("application", "")
    return [SkfDriver(str(path), application=application, vendor_codes=settings.get("codes", {}))]
