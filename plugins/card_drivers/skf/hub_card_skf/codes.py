"""What an SKF library answers (GM/T 0016, appendix A) -> what the user should do. Without a row: SILENT."""

from collections.abc import Mapping

from hub.contract.card import CardFault

TIMEOUT, PIN_INCORRECT, PIN_LOCKED, DEVICE_REMOVED = 0x0A00000F, 0x0A000024, 0x0A000025, 0x0A000023

BY_CODE: Mapping[int, CardFault] = {
    0x0A000001: CardFault.READER_RESET,  # SAR_FAIL
    0x0A000002: CardFault.READER_RESET,  # SAR_UNKNOWNERR
    0x0A000003: CardFault.ALGORITHM,  # SAR_NOTSUPPORTYETERR
    0x0A000005: CardFault.READER_RESET,  # SAR_INVALIDHANDLEERR: pulled and plugged in again
    0x0A00000A: CardFault.WRONG_ROLE,  # SAR_KEYUSAGEERR: this card's key is not for such acts
    0x0A00000C: CardFault.NO_CLIENT,  # SAR_NOTINITIALIZEERR
    TIMEOUT: CardFault.SILENT,
    0x0A00001B: CardFault.WRONG_CARD,  # SAR_KEYNOTFOUNDERR
    0x0A00001C: CardFault.WRONG_CARD,  # SAR_CERTNOTFOUNDERR
    0x0A000021: CardFault.ALGORITHM,  # SAR_KEYINFOTYPEERR
    DEVICE_REMOVED: CardFault.NO_CARD,
    PIN_INCORRECT: CardFault.PIN_WRONG,
    PIN_LOCKED: CardFault.PIN_LOCKED,
    0x0A000026: CardFault.PIN_WRONG,  # SAR_PIN_INVALID: of a wrong form
    0x0A000027: CardFault.PIN_WRONG,  # SAR_PIN_LEN_RANGE
    0x0A000028: CardFault.READER_RESET,  # SAR_USER_ALREADY_LOGGED_IN
    0x0A000029: CardFault.PIN_LOCKED,  # SAR_USER_PIN_NOT_INITIALIZED: as a locked one, the issuer has to set it
    0x0A00002A: CardFault.WRONG_ROLE,  # SAR_USER_TYPE_INVALID
    0x0A00002B: CardFault.WRONG_CARD,  # SAR_APPLICATION_NAME_INVALID
    0x0A00002D: CardFault.READER_RESET,  # SAR_USER_NOT_LOGGED_IN
    0x0A00002E: CardFault.WRONG_CARD,  # SAR_APPLICATION_NOT_EXISTS: the key of another authority
}
"""The standard has no code for a holder who cancels at the key; the setting ``codes`` adds a vendor's own."""


class SkfFault(Exception):
    """A call failed with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"0x{code:08X}")
        self.code = code
