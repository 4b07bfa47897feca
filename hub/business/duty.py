"""Customs-duty guarantee insurance (关税保证保险, spec.md 14): credit authorisation, limit, application, policy.

Each has a file of its own. MSG-DG-01..09; manual S3:617-881. Amounts are in yuan.
"""

from hub.business.duty_application import APPLICATION, POLICY
from hub.business.duty_authorisation import AUTHORISATION
from hub.business.duty_limit import CHANGE, LIMIT, TOP_UP
from hub.business.kind import Line
from hub.contract.text import Text

MESSAGES = {
    "DutyAuthorisation/1.0": "MSG-DG-01",
    "DutyRevocation/1.0": "MSG-DG-01",
    "DutyAuthorisationResult/1.0": "MSG-DG-02",
    "DutyLimitApplication/1.0": "MSG-DG-03",
    "DutyLimitResult/1.0": "MSG-DG-04",
    "DutyTopUp/1.0": "MSG-DG-05",
    "DutyTopUpResult/1.0": "MSG-DG-06",
    "DutyLimitChange/1.0": "MSG-DG-06",
    "DutyApplication/1.0": "MSG-DG-07",
    "DutyUnderwriting/1.0": "MSG-DG-08",
    "DutyPolicy/1.0": "MSG-DG-09",
}

LINE = Line(
    code="duty",
    label=Text("关税保证保险", "Customs-duty guarantee"),
    kinds=(AUTHORISATION, LIMIT, TOP_UP, CHANGE, APPLICATION, POLICY),
    messages=MESSAGES,
)
