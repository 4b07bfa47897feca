"""Yunfan's messages -> what they say about our objects, one row each."""

from collections.abc import Mapping

from hub.contract.meaning import Says
from hub_cargo_yunfan import codes

APPLICATION = ("cargo_application", "application_no")

SAYS: Mapping[str, Says] = {
    "CargoAppointmentStatus/1.0": Says(
        "cargo_appointment", "appointment_no", "changed_at", code="status_code", codes=codes.APPOINTMENT
    ),
    "CargoAgreement/1.0": Says(
        "cargo_agreement", "agreement_no", "stated_at", code="status_code", codes=codes.AGREEMENT
    ),
    "CargoDataCheck/1.0": Says(*APPLICATION, "checked_at", code="result_code", codes=codes.DATA_CHECK),
    "CargoUnderwriting/1.0": Says(*APPLICATION, "decided_at", code="result_code", codes=codes.UNDERWRITING),
    "CargoIssued/1.0": Says(*APPLICATION, "issued_at", event="issued"),
    "CargoCancellationResult/1.0": Says(*APPLICATION, "answered_at", code="result_code", codes=codes.CANCELLATION),
    "CargoPolicy/1.0": Says(
        "cargo_policy",
        "policy_no",
        "stated_at",
        code="status_code",
        codes=codes.POLICY,
        answers=False,
        documents={"premium_invoice": "发票", "policy": ""},
    ),
    "DutyAuthorisationResult/1.0": Says(
        "duty_authorisation",
        "authorisation_no",
        "decided_at",
        code="result_code",
        codes=codes.DUTY_AUTHORISATION,
    ),
    "DutyLimitResult/1.0": Says("duty_limit", "apply_no", "decided_at", code="result_code", codes=codes.DUTY_LIMIT),
    "DutyTopUpResult/1.0": Says("duty_top_up", "top_up_no", "decided_at", code="result_code", codes=codes.DUTY_TOP_UP),
    "DutyLimitChange/1.0": Says(
        "duty_limit_change",
        "apply_no",
        "changed_at",
        event="stated",
        answers=False,
        dated="changed_at",
    ),
    "DutyUnderwriting/1.0": Says(
        "duty_application",
        "application_no",
        "decided_at",
        code="result_code",
        codes=codes.DUTY_UNDERWRITING,
        documents={"application": ""},
    ),
    "DutyPolicy/1.0": Says(
        "duty_policy",
        "policy_no",
        "stated_at",
        code="status_code",
        codes=codes.DUTY_POLICY,
        answers=False,
        documents={"premium_invoice": "发票", "policy": ""},
    ),
    "SharedClaim/1.0": Says(
        "shared_claim", "claim_no", "stated_at", code="status_code", codes=codes.SHARED_CLAIM, answers=False
    ),
}
