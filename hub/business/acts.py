"""What users may do to an object, declared as rows: the action, its message, its document, what it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.business.enclosures import Enclosure
from hub.contract.text import Text

NOT_SENT = "-"  # instead of the id of a message that its receiver does not take


@dataclass(frozen=True)
class Payable:
    """What makes an object a bill: in ``states`` the enterprise owes its partner the ``amount`` in ``currency``.

    Its kind declares PAYMENT_EVENTS, which a payment causes (``hub.business.premiums``), and the field RETURNED, and
    has no effects of its own.
    """

    states: frozenset[str]
    amount: str  # the fields that say so
    currency: str
    due: str = ""


@dataclass(frozen=True)
class Need:
    """An object of ``kind`` with the same partner in one of ``states``; without it the user reads ``text``."""

    kind: str
    states: frozenset[str]
    text: Text
    content: Mapping[str, str] = field(default_factory=dict)  # what it has to say, by field
    pending: Mapping[str, Text] = field(default_factory=dict)  # what is read while there is one in such a state
    title: Text | None = None  # what the link to it says


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, as the audit needs it (spec ROLE-07)."""

    account: str
    name: str
    enterprise: str
    role: str  # LP | OP | PW | ADM | SYS
    certificate: str | None = None  # serial of the login card
    address: str | None = None
    rights: frozenset[str] = frozenset()  # beyond the role: delegated by the legal person (ROLE-06)

    @property
    def signer(self) -> dict[str, str]:
        """The card as a message names it; nothing for a session without one."""
        return {"signer_certificate_serial": self.certificate} if self.certificate else {}


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What a field names, as far as rules may know it: an object of the same enterprise, or a partner."""

    id: str
    number: str
    partner: str
    name: Text  # the partner's
    state: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    business: Text | None = None  # how its kind is called
    payable: Payable | None = None  # what makes it a bill


Links = Mapping[str, Mapping[str, Linked]]
"""Link -> value of the field -> what it names."""
Drawn = tuple[Mapping[str, Any], Mapping[str, Text]]
"""Values, and control -> what is wrong."""
Draw = Callable[[Mapping[str, Any], Links, Linked, datetime], Drawn]
"""Content with what was typed, what it names, the receiver, now -> what follows from these."""
Compose = Callable[[Mapping[str, Any], Actor, datetime], dict[str, Any]]
Faults = Callable[[Mapping[str, Any], Mapping[str, Mapping[str, Any]], datetime], Mapping[str, Text]]
"""Content, contents of linked objects by field (each with its ``state``), now -> control, what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Sends:
    """The message that an action sends: body from the object's content (the form's values included)."""

    type: str
    version: str
    capability: str
    compose: Compose
    taken: str = "delivered"  # the event when the partner has it
    done: str = ""  # the event when its answer is the decision already, where that is another
    reference: str = ""  # the field that holds the partner's reference then
    failed: str = "undelivered"  # the event when the message finally could not be delivered
    documents: Sequence[str] = ()  # the object's own documents that travel along, the latest of each


Prints = Callable[[Mapping[str, Any], Actor, str], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The document that an action has signed inside, by the account's card and under the enterprise's seal."""

    kind: str  # of Kind.documents: what the signed file is kept and sent as
    wording: str  # of hub.documents.texts; its version goes into the field ``document_version``
    seal: str  # the field that names the seal, an object of the enterprise's
    template: str = ""  # of hub.documents; printed when it is signed
    data: Prints | None = None  # what it reads besides the wording, from content, actor, the receiver's name
    printed: str = ""  # instead: of Kind.documents, the latest of which is signed as it lies
    place: str = "enterprise"  # the signature field
    outdated: str = ""  # the event of a new version, where what was signed in an older one is signed again


@dataclass(frozen=True, kw_only=True)
class Tell:
    """A message that the hub sends by itself, once, when an object has come to one of ``states``."""

    states: frozenset[str]
    to: str  # the field with the receiver's code
    sends: Sends
    told: str  # the event; it keeps the message's id in the field ``kept``
    kept: str
    after: str = ""  # only to a receiver that has been told before: the ``kept`` of that message

    def due(self, state: str | None, content: Mapping[str, Any]) -> bool:
        """Whether an object that stands like this still has to tell it."""
        before = not self.after or content.get(self.after) not in (None, NOT_SENT)
        return state in self.states and before and not content.get(self.kept)


@dataclass(frozen=True, kw_only=True)
class Action:
    """What a user may do to an object. Offered exactly where a transition for ``event`` starts."""

    name: str
    label: Text
    event: str
    roles: frozenset[str]  # one of the sets of hub.business.roles
    delegable: bool = False  # the legal person may let a named operator do it
    sends: Sends | None = None
    form: str | None = None  # name of the form in web.forms
    encloses: Sequence[Enclosure] = ()  # files that travel with the message
    adds: Compose | None = None  # what the hub adds to the form's values: names from tables, times
    faults: Faults | None = None  # what no single field knows
    stops: Faults | None = None  # and what is not wrong with what was typed, but has to be put right first
    draws: Draw | None = None  # what follows from linked objects and partners
    purpose: str = "APPLICATION"  # what the card's holder reads that he signs: hub.cards.challenge.Purpose
    matter: Callable[[Mapping[str, Any]], str] | None = None  # and in which words, in the agent's window too
    awaits: frozenset[str] = frozenset()  # its page waits while the object stands in one of these states
    question: Text | None = None  # asked before it is done
    agree: Text | None = None  # the button that says so, where it is no plain yes
    waiting: Text | None = None  # what the user reads until the partner has signed for it
    done: Text | None = None  # what the user reads after that
    signed: bool = False  # the card signs the content; a session opened by password does without
    stepup: bool = False  # the account's card signs the content in every session (spec S2:395)
    paper: Paper | None = None  # the card signs this document too
    needs: Sequence[Need] = ()  # further objects of the enterprise without which it is not possible
    cites: Mapping[str, Need] = field(default_factory=dict)  # field -> the object whose number it gets, if there is one
    opens: bool = True  # starts a new submission, so that answers to an older one no longer decide
    primary: bool = False
