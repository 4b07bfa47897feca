"""The magic values: what stands in the remark of a confirmation decides what the insurer answers.

``[code]`` in the remark gives that code, mapped or not; ``[silent]`` gives none. First match wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.contract.text import Text
from hub.testing.simulator import rules
from hub.testing.simulator.canonical import STATUS_RULE
from hub.testing.simulator.rules import Rule
from $package import codes

CONFIRMATION, RECEIPT = "PolicyConfirmation", "PolicyReceipt"
SILENT, ANSWER, UNKNOWN = "silent", "answer", "ZZ"
REVIEW_CODES: Mapping[str, Text] = {
    **{row.code: row.text for row in codes.REVIEW},
    **dict(codes.UNMAPPED),
    UNKNOWN: Text("平台不认识的代码", "A code that the hub does not know"),
}


@dataclass(frozen=True, kw_only=True)
class Plan(rules.Plan):
    """How the insurer treats an application: this result after ``seconds``."""

    result: str = ""  # empty: no review
    seconds: float = 1.0


PLANS: Mapping[str, Plan] = {
    **{code: Plan(text=text, result=code) for code, text in REVIEW_CODES.items()},
    SILENT: Plan(text=Text("签收后不再答复", "Takes it and says nothing more")),
    ANSWER: Plan(text=Text("照常答复", "Answered as usual")),
}
"""What a rule may decide."""

USUAL = next((row.code for row in codes.REVIEW if row.event == "approved"), next(iter(REVIEW_CODES)))

RULES = (
    *(
        Rule(name=name, type=CONFIRMATION, plan=name, fields=("remark",), contains=f"[{name}]")
        for name in (*REVIEW_CODES, SILENT)
    ),
    Rule(name="confirmation", type=CONFIRMATION, plan=USUAL),
    Rule(name="acknowledgement", type=RECEIPT, plan=ANSWER),
    STATUS_RULE,
)
