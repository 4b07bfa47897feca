"""Questions to partners that a user waits for: look-ups of trade data, of buyers.

A look-up changes nothing, so it does not go through the outbox: nothing has to survive a crash, asking again is
harmless, and it must not stand in the lane of an object whose submission may be UNKNOWN. It is one attempt, no retry,
within ``[delivery] answer_seconds``; whatever goes wrong is "not available now" and never a result.
"""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.contract.adapters import AnsweringAdapter, Refusal
from hub.contract.message import CanonicalMessage
from hub.contract.text import Text
from hub.contract.transport import AnswerLost, NotSent
from hub.delivery.transport import Transport
from hub.errors import Unavailable
from hub.guard.fault import PluginAway, PluginFailed
from hub.runtime import Runtime

log = logging.getLogger(__name__)

NO_ANSWER = Text("查询服务暂不可用，请稍后重试", "The look-up service is not available: try again later")


@dataclass(frozen=True, kw_only=True)
class Questions:
    """Asks for one process; keeps its connections to the partners."""

    runtime: Runtime
    transport: Transport

    def ask(
        self, *, partner: str, capability: str, type: str, enterprise: str, number: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The body of the partner's signed answer. Raises Unregistered and Unavailable."""
        declared = self.runtime.registry.capability(partner, capability)
        version = next(name.partition("/")[2] for name in declared.sends if name.startswith(f"{type}/"))
        sent = CanonicalMessage(
            type=type,
            version=version,
            message_id=str(uuid.uuid4()),
            sender=self.runtime.settings.hub.code,
            receiver=partner,
            enterprise=enterprise,
            business_key=number,
            sequence=1,
            created_at=self.runtime.clock.now(),
            body=body,
        )
        try:
            adapter = self.runtime.adapter(partner)
            if not isinstance(adapter, AnsweringAdapter):
                raise Unavailable(NO_ANSWER)
            out = adapter.build(sent, self.runtime.context(partner))
            raw = self.transport.send(adapter, out)
            return adapter.parse_answer(raw, sent, self.runtime.context(partner, out)).body
        except (NotSent, AnswerLost, PluginAway, PluginFailed, Refusal) as error:
            log.warning("%s: no answer to %s: %s", partner, type, error.__class__.__name__)
            raise Unavailable(NO_ANSWER) from error


def open_questions(runtime: Runtime) -> Questions:
    """With connections of its own, that wait no longer than a user does."""
    limits = runtime.settings.delivery
    patience = min(limits.answer_seconds, limits.read_timeout)
    settings = replace(runtime.settings, delivery=replace(limits, read_timeout=patience))
    return Questions(runtime=runtime, transport=Transport(settings, runtime.clock))
