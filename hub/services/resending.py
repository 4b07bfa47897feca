"""Whether a message that was given up may still go, by what its object has become since."""

from sqlalchemy import Connection, select

from hub.business import KINDS
from hub.contract.text import Text
from hub.store import tables

GIVEN_BACK = Text(
    "该笔业务已按未送达处理，所占用的（如待缴保费）可能已由其他记录办理，不能重新发送；请由企业重新发起",
    "It counts as not delivered and has given back what it held (as a bill), which another record may have by now: the"
    " enterprise begins it again",
)


def refusal(connection: Connection, object_id: str) -> Text | None:
    """Why not: a payment that failed has given its bill back, and the bill may be paid by now (PAY-AGR-19, B4)."""
    table = tables.business_object
    wanted = select(table.c.kind, table.c.state).where(table.c.id == object_id).with_for_update()
    obj = connection.execute(wanted).one()
    holds = KINDS[obj.kind].holds if obj.kind in KINDS else ()  # a line may be gone since
    return None if all(obj.state in hold.states for hold in holds) else GIVEN_BACK
