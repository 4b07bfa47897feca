"""The pages' own files, under an address that changes with what is in them: a browser asks for each of them once."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response

KEPT = "private, max-age=31536000, immutable"


@cache
def version_of(folder: Path) -> str:
    """Of all files together, because scripts and style sheets name each other by relative addresses."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()[:16]


def install(app: Flask) -> None:
    """Templates begin the addresses with ``static``. A page of another version gets today's files, to be asked for
    again: while a new version comes up, one process may answer for the pages of another.
    """
    today = version_of(Path(str(app.static_folder)))

    def static(filename: str, version: str = "") -> Response:
        response = app.send_static_file(filename)
        if version == today:
            response.headers["Cache-Control"] = KEPT
        return response

    app.view_functions["static"] = static
    app.add_url_rule("/static/v-<version>/<path:filename>", endpoint="static")
    app.jinja_env.globals["static"] = f"/static/v-{today}"
