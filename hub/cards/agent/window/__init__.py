"""The agent's own window: the one place where a card's PIN is typed. Static files; what is shown comes by a call.

No page can read it, frame it, script it or send its calls: own Origin only, no CORS, a group of its own (COOP).
"""

from collections.abc import Mapping
from importlib.resources import files

FILES: Mapping[str, tuple[str, str]] = {
    "/window": ("index.html", "text/html; charset=utf-8"),
    "/window/window.css": ("window.css", "text/css; charset=utf-8"),
    "/window/window.js": ("window.js", "text/javascript; charset=utf-8"),
}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def read(path: str) -> tuple[bytes, str] | None:
    """A file of the window with its media type."""
    if path not in FILES:
        return None
    name, media = FILES[path]
    return (files(__name__) / name).read_bytes(), media
