"""Verification codes: a picture and, for those who cannot see it, the same digits spoken (spec PT-20, WCAG 1.1.1).

A code follows from its id and the portal's secret, so only the id is kept; it is used once, by one browser.
"""

import hmac
from functools import cache
from hashlib import sha256

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha
from flask import current_app

from hub.errors import NotFound
from hub.services import nonces
from web.site import runtime

DIGITS = 5
SIZE = (200, 64)


def issue(browser: str) -> str:
    """The id of a new code for this browser."""
    return nonces.new(runtime(), browser)


def solved(id: str, typed: str, browser: str) -> bool:
    """Whether ``typed`` is the code. Uses it up, right or wrong."""
    live = nonces.use(runtime(), id, browser)
    return live and hmac.compare_digest(_code(id).encode(), typed.strip().encode())


def picture(id: str, browser: str) -> bytes:
    """The code as PNG. Raises NotFound."""
    return _image().generate(_live(id, browser)).getvalue()


def sound(id: str, browser: str) -> bytes:
    """The code as WAV. Raises NotFound."""
    return bytes(_audio().generate(_live(id, browser)))


def _live(id: str, browser: str) -> str:
    if not nonces.is_live(runtime(), id, browser):
        raise NotFound
    return _code(id)


def _code(id: str) -> str:
    secret = current_app.config["SECRET_KEY"]
    number = int.from_bytes(hmac.digest(secret, b"captcha:" + id.encode(), sha256)[:8])
    return f"{number % 10**DIGITS:0{DIGITS}d}"


@cache
def _image() -> ImageCaptcha:
    return ImageCaptcha(*SIZE)


@cache
def _audio() -> AudioCaptcha:
    return AudioCaptcha()
