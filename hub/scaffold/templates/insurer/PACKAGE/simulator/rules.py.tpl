"""The magic values: what stands in the remark of a confirmation decides what the insurer answers.

``[code]`` in the remark gives that code, mapped or not; ``[silent]`` gives none. First match wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.testing.simulator.canonical import STATUS_RULE
from hub.testing.simulator.rules import Rule
from $package import codes

CONFIRMATION, RECEIPT = "PolicyConfirmation", "PolicyReceipt"
SILENT, ANSWER, UNKNOWN = "silent", "answer", "ZZ"
REVIEW_CODES = (*(row.code for row in codes.REVIEW), *(code for code, _ in codes.UNMAPPED), UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the insurer treats an application: this result after ``seconds``."""

    result: str = ""  # empty: no review
    seconds: float = 1.0


PLANS: Mapping[str, Plan] = {
    **{code: Plan(result=code) for code in REVIEW_CODES},
    SILENT: Plan(),
    ANSWER: Plan(),
}
"""What a rule may decide."""

USUAL = next((row.code for row in codes.REVIEW if row.event == "approved"), REVIEW_CODES[0])

RULES = (
    *(
        Rule(name=name, type=CONFIRMATION, plan=name, fields=("remark",), contains=f"[{name}]")
        for name in (*REVIEW_CODES, SILENT)
    ),
    Rule(name="confirmation", type=CONFIRMATION, plan=USUAL),
    Rule(name="acknowledgement", type=RECEIPT, plan=ANSWER),
    STATUS_RULE,
)
