"""Cards and tokens that come with a PKCS#11 library (OASIS PKCS #11 v2.40), of any vendor. RSA and ECDSA.

SM2 has no portable mechanism there: SM2 cards are driven through SKF or their vendor's control.
"""

import os
from collections.abc import Sequence
from typing import Any

from hub.contract.card import CardDriver
from hub.contract.hooks import hookimpl
from hub_card_pkcs11.driver import Pkcs11Driver

MODULE = "SWHUB_PKCS11_MODULE"


@hookimpl
def card_drivers(settings: dict[str, Any]) -> Sequence[CardDriver]:
    """One driver for the library ``settings["module"]`` or, without it, the environment's; none without either."""
    module = settings.get("module") or os.environ.get(MODULE)
    return [Pkcs11Driver(str(module), vendor_codes=settings.get("codes", {}))] if module else []
