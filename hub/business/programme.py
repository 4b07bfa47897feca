"""Unified-policy programmes (统保, spec.md 16): small exporters of a city get an export-credit policy, paid for by it.

A programme is data, one row of PROGRAMMES per city and year; the functions below read any of them. Manual S4. Whatever
is worked out here is an example: the wording of the policy prevails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from hub.business.kind import Field
from hub.contract.money import Money
from hub.contract.text import Text

Late = Literal["issue_date", "full_period"]
Caps = Literal["share", "loss"]
Per = Literal["buyer", "policy_year"]


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One programme of one year."""

    title: Text
    authority: Text  # publishes the list of companies, hears objections, confirms it
    insurer: Text
    year: int
    base_year: int  # whose exports count
    ceiling: Money  # a company with exports of so much is still in
    deadline: date  # of collecting; the day itself is in time (C-46)
    first: date  # day of the cover
    last: date
    late: Late  # what the cover of a policy collected later begins with
    percent: Decimal  # of the loss
    limit: Money
    caps: Caps  # what the limit cuts off: the share that is paid, or the loss that it is a share of
    per: Per  # what the limit is for
    claim_days: int | None = None  # after the policy's end in which its losses are still claimed; None: no last day
    free_reports: int  # on overseas buyers, per company
    covered: Text
    risks: Mapping[str, Text]
    ways: Mapping[str, Text]  # of collecting
    push: Text
    app: Text
    app_site: str  # where the app is to be had


USD = "USD"
COMMERCIAL, POLITICAL = "commercial", "political"
ONLINE, OFFLINE = "online", "offline"
PER: Mapping[Per, Text] = {
    "buyer": Text("单一买方/开证行", "single buyer or issuing bank"),
    "policy_year": Text("保单年度", "policy year"),
}

PROGRAMMES: Mapping[str, Programme] = {
    "shenzhen-2022": Programme(
        title=Text("2022年度出口信用保险外贸中小微企业统保", "Unified export-credit policy for small exporters, 2022"),
        authority=Text("深圳市商务局", "Commerce Bureau of Shenzhen"),
        insurer=Text("中国出口信用保险公司深圳分公司", "China Export & Credit Insurance Corporation, Shenzhen"),
        year=2022,
        base_year=2021,  # S4:7
        ceiling=Money(Decimal("8000000.00"), "USD"),  # S4:7, 含
        deadline=date(2022, 6, 30),  # S4:27
        first=date(2022, 7, 1),  # S4:35
        last=date(2023, 6, 30),
        late="issue_date",  # S4:27-29
        percent=Decimal(80),  # S4:45
        limit=Money(Decimal("150000.00"), "USD"),
        caps="share",  # S4:65-69
        per="buyer",
        free_reports=3,  # S4:53
        covered=Text(  # S4:35
            "保单有效期内被保险人与买方签订销售合同并以被保险人名义报关的2022年7月至2023年6月全部出口业务，不予承保的国别除外",
            "All exports of July 2022 to June 2023 that the insured contracted with the buyer and declared in its own "
            "name, except to excluded countries",
        ),
        risks={
            COMMERCIAL: Text(  # S4:39
                "商业风险：无力偿还债务/买家破产/拖欠货款/拒绝接受货物；开证行破产/停业/被接管/拖欠/拒绝承兑",
                "Commercial: the buyer's insolvency, default or refusal of the goods; the issuing bank's insolvency, "
                "suspension, receivership, default or refusal to accept",
            ),
            POLITICAL: Text(  # S4:41
                "政治风险：买方/开证行所在国家发生战争、动乱、贸易管制、外汇管制等",
                "Political: war, unrest, trade or exchange control in the country of the buyer or issuing bank",
            ),
        },
        ways={
            ONLINE: Text(  # S4:19
                "线上领取：登录中国（深圳）国际贸易单一窗口，进入出口信用模块，按流程操作即可领取",
                "On line: log in to the Single Window of Shenzhen and follow the module for export credit",
            ),
            OFFLINE: Text(  # S4:21-23
                "线下领取：请联络中国信保深圳分公司客户经理",
                "Off line: ask the account managers of the branch",
            ),
        },
        push=Text(  # S4:53
            "通过“单一窗口”按月定期推送国别风险信息、海外市场信息、风险提示信息等",
            "Country risks, overseas markets and risk tips every month through the Single Window",
        ),
        app=Text(  # S4:57
            "领取保单的同时，请及时下载并绑定“信步天下”APP（行业对标、国别资讯、风险提醒）",
            "With the policy, download and bind the insurer's app Xinbu Tianxia (benchmarks, country news, alerts)",
        ),
        app_site="https://www.sinosure.com.cn/",  # the insurer's own: the manual names the app alone
    ),
}

FIELD = Field(
    "programme",
    Text("统保政策", "Programme"),
    choices={code: found.title for code, found in PROGRAMMES.items()},
)
"""Of whatever belongs to a programme: its code, as the hub has told the insurer and the insurer says since."""
PAYOUT_NOTE = Text("以正式保单约定为准", "The wording of the policy prevails")


@dataclass(frozen=True)
class Cover:
    """The days of a cover, both included; ``first`` is None while it hangs on an issue date that is not known."""

    first: date | None
    last: date


def eligible(programme: Programme, exports: Money) -> bool:
    """Whether a company with these exports in the base year is in. Raises ValueError for another currency."""
    if exports.currency != programme.ceiling.currency:
        raise ValueError(f"exports in {exports.currency}, ceiling in {programme.ceiling.currency}")
    return exports.amount <= programme.ceiling.amount


def cover(programme: Programme, collected: date, issued: date | None = None) -> Cover | None:
    """The cover of a policy collected on this day; None when the programme is over by then.

    In time, it is the whole period. Later it begins with the day of issue, where the programme says so.
    """
    if collected <= programme.deadline or (programme.late == "full_period" and collected <= programme.last):
        return Cover(programme.first, programme.last)
    if max(collected, issued or collected) > programme.last:
        return None
    return Cover(max(issued, programme.first) if issued else None, programme.last)


def paid(programme: Programme, loss: Money) -> Money:
    """What a loss within the cover might bring, half up to the cent: the share of it, up to the limit."""
    share = programme.percent / 100
    if programme.caps == "share":
        return _lesser(loss.times(share), programme.limit)
    return _lesser(loss, programme.limit).times(share)


def expected(programme: str, loss: Decimal) -> Decimal | None:
    """What a claim of ``loss`` US dollars might bring under this programme; None where no rule is known."""
    found = PROGRAMMES.get(programme)
    return paid(found, Money(loss, USD)).amount if found and found.limit.currency == USD else None


def _lesser(one: Money, other: Money) -> Money:
    return min(one, other, key=lambda money: money.amount)


def claimable_until(policy: Mapping[str, Any]) -> date | None:
    """The last day for claims under a policy with this content; None where its programme sets none (CI-CLM-07)."""
    programme = PROGRAMMES.get(policy.get("programme", ""))
    last: date | None = policy.get("expiry_date")
    if programme is None or programme.claim_days is None or last is None:
        return None
    return last + timedelta(days=programme.claim_days)


def used_up(programme: Programme) -> Text:
    """What a company reads that asks for more reports than are free (A-07)."""
    return Text(
        f"{programme.title.zh}：每家企业免费调取{programme.free_reports}个海外买家资信报告，已用完",
        f"{programme.title.en}: {programme.free_reports} credit reports on buyers are free per company, and all of "
        "them are taken",
    )
