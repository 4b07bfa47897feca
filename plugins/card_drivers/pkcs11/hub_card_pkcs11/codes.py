"""What a PKCS#11 library says -> what the user should do. What has no row is SILENT (读卡超时), never a guess."""

import re
from collections.abc import Mapping

import pkcs11

from hub.contract.card import CardFault

BY_ERROR: Mapping[type[pkcs11.PKCS11Error], CardFault] = {
    # the card
    pkcs11.TokenNotPresent: CardFault.NO_CARD,
    pkcs11.DeviceRemoved: CardFault.NO_CARD,
    pkcs11.SlotIDInvalid: CardFault.NO_CARD,
    pkcs11.NoSuchToken: CardFault.NO_CARD,
    pkcs11.TokenNotRecognised: CardFault.WRONG_CARD,
    pkcs11.NoSuchKey: CardFault.WRONG_CARD,  # a certificate without its key: not issued to its end
    pkcs11.DeviceError: CardFault.READER_RESET,
    pkcs11.SessionHandleInvalid: CardFault.READER_RESET,
    pkcs11.SessionClosed: CardFault.READER_RESET,
    pkcs11.UserNotLoggedIn: CardFault.READER_RESET,
    pkcs11.UserAlreadyLoggedIn: CardFault.READER_RESET,
    pkcs11.AnotherUserAlreadyLoggedIn: CardFault.READER_RESET,
    # the PIN
    pkcs11.PinIncorrect: CardFault.PIN_WRONG,
    pkcs11.PinInvalid: CardFault.PIN_WRONG,
    pkcs11.PinLenRange: CardFault.PIN_WRONG,
    pkcs11.PinLocked: CardFault.PIN_LOCKED,
    pkcs11.PinExpired: CardFault.PIN_LOCKED,  # as with a locked card, the issuer has to set a new one
    pkcs11.UserPinNotInitialized: CardFault.PIN_LOCKED,
    # the signature
    pkcs11.MechanismInvalid: CardFault.ALGORITHM,
    pkcs11.MechanismParamInvalid: CardFault.ALGORITHM,
    pkcs11.KeyTypeInconsistent: CardFault.ALGORITHM,
    pkcs11.KeySizeRange: CardFault.ALGORITHM,
    pkcs11.FunctionNotSupported: CardFault.ALGORITHM,
    pkcs11.FunctionCancelled: CardFault.CANCELLED,
    pkcs11.FunctionRejected: CardFault.CANCELLED,  # the key on the reader
}

BY_CODE: Mapping[int, CardFault] = {
    0x68: CardFault.WRONG_ROLE,  # CKR_KEY_FUNCTION_NOT_PERMITTED: this card's key is not for such acts
    0x103: CardFault.WRONG_ROLE,  # CKR_USER_TYPE_INVALID
}
"""Codes for which python-pkcs11 has no class. The setting ``codes`` adds a vendor's own ("0x80000001" -> a fault)."""

UNMAPPED = re.compile(r"0x[0-9a-f]+")


def fault_of(error: pkcs11.PKCS11Error, vendor_codes: Mapping[int, CardFault]) -> CardFault:
    """The row for ``error``."""
    known = BY_ERROR.get(type(error))
    if known is not None:
        return known
    code = UNMAPPED.search(str(error))  # "Unmapped error code 0x68"
    number = int(code[0], 16) if code else -1
    return {**BY_CODE, **vendor_codes}.get(number, CardFault.SILENT)
