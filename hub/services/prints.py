"""Documents that are printed from what the hub knows whenever they are looked at; none of them is kept (DOC-09)."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.contract.sealed import is_sealed, masked
from hub.contract.text import Text
from hub.documents import pdf
from hub.errors import NotFound
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject, Entry


def offered(obj: BusinessObject) -> Mapping[str, Text]:
    """What can be printed of ``obj`` as it stands: name -> what it is called."""
    return {name: row.label for name, row in obj.kind.prints.items() if row.when(obj.content)}


def render(tenant: Tenant, obj: BusinessObject, name: str) -> tuple[str, bytes]:
    """File name and PDF, the same bytes until something happens to ``obj``; secrets by their last characters only.

    Raises NotFound for what is not offered, NotPrintable.
    """
    if name not in offered(obj):
        raise NotFound
    printed, state = obj.kind.prints[name], obj.state()
    content = {key: masked(value) if is_sealed(value) else value for key, value in obj.content.items()}
    data = {
        **printed.data(content, obj.enterprise),
        "number": obj.number,
        "state": state.label.zh if state else "",
        "records": _records(tenant.timeline(obj)),
    }
    return f"{printed.label.zh} {obj.number}.pdf", pdf.render(printed.template, data, now=obj.updated_at)


def _records(timeline: Sequence[Entry]) -> list[dict[str, Any]]:
    """What happened, oldest first: when, by whom, and the card or the message that proves it."""
    return [
        {
            "at": row.at,
            "text": row.text.zh,
            "who": row.actor_name or row.who.zh,
            "proof": row.card or row.message_id or "",
        }
        for row in reversed(timeline)
    ]
