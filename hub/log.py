"""The log: everything on standard error, readable (``console``) or one JSON object a line (``json``).

Messages carry ids, codes and digests. Should something else slip in, the last step takes it out: fields that hold
personal data or secrets by name, telephone numbers and e-mail addresses by shape, and of every exception all but its
type, place and first line, because database errors print the values of the statement below that.
"""

import logging
import re
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from hub.business import KINDS
from hub.contract.text import Text
from hub.errors import ConfigError

FORMS = ("console", "json")
SECRETS = frozenset({"pin", "password", "token", "session", "authorization", "cookie", "signature", "key"})
PERSONAL = frozenset(field.name for kind in KINDS.values() for field in kind.fields if field.personal)
SHAPES = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<![\w-])(?:\+?86[- ]?)?1[3-9]\d{9}(?![\w-])"),
)
MASK = "***"
QUIET = ("waitress.queue", "urllib3", "fontTools", "alembic", "signxml")  # say nothing below a warning


def configure(form: str) -> None:
    """Set the log of this process up; a second call replaces the first. Raises ConfigError."""
    if form not in FORMS:
        raise ConfigError(Text(f"[hub] log：只能是 {' 或 '.join(FORMS)}", f"[hub] log: {' or '.join(FORMS)}"))
    shared: Sequence[Processor] = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        brief_exception,
        redact,
    )
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if form == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def brief_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Where it happened and the first line of what was raised, as one field."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        line = (str(error).splitlines() or [""])[0]
        event["error"] = f"{type(error).__name__}: {line}"
        event["at"] = " > ".join(places[-6:])
    return event


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Take out what no log may hold (invariant I9)."""
    return {name: MASK if name in SECRETS | PERSONAL else _clean(value) for name, value in event.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for shape in SHAPES:
            value = shape.sub(MASK, value)
    return value
