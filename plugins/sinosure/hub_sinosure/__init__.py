"""中国出口信用保险公司 (Sinosure): micro policies 小微信保易, inquiries 投保咨询, claims 索赔申请 and the
unified-policy programme 统保, in the hub's own XML, version 1.0.

Sinosure offers (PolicyOffer), the enterprise confirms or withdraws (PolicyConfirmation, WithdrawalRequest), Sinosure
reviews and issues (ReviewResult, PolicyIssued, PolicyChange), the enterprise acknowledges (PolicyReceipt) and Sinosure
confirms that (ReceiptConfirmed). An Inquiry is answered by an InquiryAnswer. A claim (ClaimSubmission, ClaimSupplement,
ClaimWithdrawal) is reviewed (ClaimReceipt), paid and closed (ClaimProgress); its buyer is searched (BuyerQuery) or
registered (NewBuyer) and coded (BuyerCode). The companies of a programme (EligibleCompanies) get offers, or tell of a
policy from the counter (OfflinePolicy); with it come credit reports (BuyerReportRequest, BuyerReport) and loss reports
(LossReport, LossReportAnswer). Introduction is the product's description. README.md names codes and magic
values.
"""

from collections.abc import Sequence

from hub.contract.adapters import SimulatorSpec
from hub.contract.hooks import hookimpl
from hub_sinosure.adapter import PARTNER, SinosureAdapter, sinosure
from hub_sinosure.simulator import run
from hub_sinosure.simulator.scenario import SCENARIO


@hookimpl
def insurer_adapters() -> Sequence[SinosureAdapter]:
    """The one adapter."""
    return [sinosure()]


@hookimpl
def simulators() -> Sequence[SimulatorSpec]:
    """The insurer's side, for demos, tests and test mode."""
    return [SimulatorSpec(partner=PARTNER, run=run, magic=SCENARIO.magic)]
