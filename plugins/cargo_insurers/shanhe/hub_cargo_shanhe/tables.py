"""Shanhe's XML, element by element: one package ``HYBX``, whose blocks are flat records.

    HEAD   transaction code, serial numbers in 32 digits, times of China in 14
    BODY   one block per subject (TBXX, HWXX, FPXX, YSXX, BXXX), lists as repeated records (TYJL, XBJL, HWJL)
    FUJIAN files in base64 with their digest
    QIANZHANG  the card's signature

Names are Shanhe's abbreviations of pinyin; the comment line of a block says what it is.
"""

from collections.abc import Mapping

from hub.contract.convert import (
    BASE64,
    DATE8,
    DECIMAL,
    FEN,
    ID32,
    INT,
    ONE_ZERO,
    STAMP14,
    TEXT,
    Convert,
    pairs,
    scaled,
)
from hub.contract.receipt import ACCEPTED
from hub.xml.layout import Fixed, Layout, Part, Row, Rows

ENCODING = "GB18030"
VERSION = "2.3"

PER_TEN_THOUSAND = scaled("a rate per ten thousand (‱)", 10)  # ours is per mille
OF_A_HUNDRED = scaled("a rate per ten thousand (‱)", 100)  # ours is in per cent
USE = pairs("a use of the guarantee", {"SUMMARY": "1", "PERIOD": "2", "ELEMENTS": "3"})
PRODUCT = pairs("a line of insurance", {"CARGO": "HY", "DUTY": "GS", "CREDIT": "XY"})
INVOICE = pairs("a kind of invoice", {"NONE": "0", "ELECTRONIC": "1", "PAPER": "2", "SPECIAL": "3"})
CARRIAGE = pairs("a carriage", {"CONTAINER": "JZX", "BREAK_BULK": "JZ", "BULK": "SZ", "RO_RO": "GZ", "OTHER": "QT"})
ID_TYPE = pairs("a kind of id", {"USCC": "01", "ORG": "02", "FOREIGN": "03", "OTHER": "99"})
RECEIPT = Convert(
    "a return code: 0000, or our code below zero",
    str,
    lambda code: code if code == ACCEPTED else f"-{code}",
    lambda text: text if text == ACCEPTED else text.removeprefix("-"),
)


def package(code: str, *body: Part) -> Layout:
    """One message: the head that all have, its own body, the files and the card's signature where there are any."""
    return Layout(
        "HYBX",
        (
            Fixed("HEAD/BBH", VERSION),
            Fixed("HEAD/JYDM", code),  # 交易代码
            Row("header.message_id", "HEAD/LSH", ID32),  # 流水号
            Row("header.correlation_id", "HEAD/YLSH", ID32),  # 原流水号
            Row("header.sender", "HEAD/FSF"),
            Row("header.receiver", "HEAD/JSF"),
            Row("header.enterprise", "HEAD/QYDM"),
            Row("header.business_key", "HEAD/YWH"),
            Row("header.sequence", "HEAD/XH", INT),
            Row("header.created_at", "HEAD/FSSJ", STAMP14),
            *body,
            Rows(
                "header.attachments",
                "FUJIAN/WJ",
                (
                    Row("name", "WJM"),
                    Row("media_type", "LX"),
                    Row("size", "DX", INT),
                    Row("sha256", "ZY"),
                    Row("content", "NR", BASE64),
                ),
            ),
            Row("header.actor_signature.payload", "QIANZHANG/YW"),
            Row("header.actor_signature.algorithm", "QIANZHANG/SF"),
            Row("header.actor_signature.value", "QIANZHANG/QM", BASE64),
            Row("header.actor_signature.certificate", "QIANZHANG/ZS", BASE64),
        ),
    )


def rows(block: str, *columns: tuple[str, str] | tuple[str, str, Convert]) -> tuple[Row, ...]:
    """The rows of one flat block: (ours, theirs) or (ours, theirs, converter)."""
    return tuple(
        Row(column[0], f"BODY/{block}/{column[1]}", column[2] if len(column) == 3 else TEXT) for column in columns
    )


INVOICED = rows(  # 发票信息
    "FPXX",
    ("invoice_type", "FPLX", INVOICE),
    ("invoice_title", "FPTT"),
    ("invoice_tax_no", "SH"),
    ("invoice_address", "QYDZ"),
    ("invoice_email", "YX"),
    ("invoice_phone", "DH"),
    ("invoice_bank", "KHH"),
    ("invoice_account", "ZH"),
)
TERMS = Rows("special_term", "BODY/TYJL", (Row("name", "TYMC"), Row("content", "TYNR")))  # 特约记录

APPLICATION: tuple[Part, ...] = (
    *rows(  # 投保信息
        "TBXX",
        ("application_no", "TBDH"),
        ("agreement_no", "XYH"),
        ("product_name", "XZMC"),
        ("enterprise_name", "TBRMC"),
        ("applicant_contact", "TBRLXR"),
        ("applicant_phone", "TBRDH"),
        ("applicant_address", "TBRDZ"),
        ("insured_name", "BBRMC"),
        ("insured_id_type", "BBRZJLX", ID_TYPE),
        ("insured_id_no", "BBRZJHM"),
        ("insured_contact", "BBRLXR"),
        ("insured_phone", "BBRDH"),
        ("insured_address", "BBRDZ"),
        ("applied_at", "TBSJ", STAMP14),
        ("signer_certificate_serial", "ZSXLH"),
    ),
    *rows(  # 货物信息
        "HWXX",
        ("goods_category", "HWDL"),
        ("goods_code", "HWXL"),
        ("packaging", "BZ"),
        ("goods_description", "HWMS"),
        ("packages_and_weight", "JSZL"),
        ("marks", "MT"),
    ),
    *INVOICED,
    *rows(  # 运输信息
        "YSXX",
        ("invoice_no", "FPH"),
        ("transport_doc_no", "TDH"),
        ("voyage_no", "HCH"),
        ("vessel_name", "CM"),
        ("carriage", "YZFS", CARRIAGE),
        ("bulk", "SFDZ", ONE_ZERO),
        ("departure_date", "QYRQ", DATE8),
        ("arrival_date", "DDRQ", DATE8),
        ("origin_country", "QYG"),
        ("origin_province", "QYSF"),
        ("origin_city", "QYCS"),
        ("origin_port", "QYGK"),
        ("origin_description", "QYGMS"),
        ("destination_country", "MDG"),
        ("destination_province", "MDSF"),
        ("destination_city", "MDCS"),
        ("destination_port", "MDGK"),
        ("destination_description", "MDDMS"),
        ("via_description", "TJGMS"),
        ("letter_of_credit", "SFXYZ", ONE_ZERO),
        ("letter_of_credit_no", "XYZH"),
        ("claim_place", "PFDD"),
    ),
    *rows(  # 保险信息
        "BXXX",
        ("strikes_cover", "BGX", ONE_ZERO),
        ("war_cover", "ZZX", ONE_ZERO),
        ("other_cover", "QTX"),
        ("invoice_amount", "FPJE", FEN),
        ("currency", "BZDM"),
        ("markup_percent", "JCBL", DECIMAL),
        ("insured_amount", "BXJE", FEN),
        ("rate_permille", "FL", PER_TEN_THOUSAND),
        ("premium", "BF", FEN),
    ),
    TERMS,
)

AGREEMENT: tuple[Part, ...] = (
    *rows(  # 协议信息
        "XYXX",
        ("agreement_no", "XYH"),
        ("status_code", "ZT"),
        ("product", "XZDM"),
        ("product_name", "XZMC"),
        ("enterprise_name", "TBRMC"),
        ("insured_name", "BBRMC"),
        ("start_date", "QQ", DATE8),
        ("end_date", "ZQ", DATE8),
        ("currency", "BZDM"),
        ("rate_permille", "FL", PER_TEN_THOUSAND),
        ("max_markup_percent", "JCSX", DECIMAL),
        ("voyage_limit", "DCXE", FEN),
        ("deductible", "MP"),
        ("reason", "YY"),
        ("stated_at", "ZTSJ", STAMP14),
    ),
    TERMS,
    Rows(  # 险别记录
        "coverage",
        "BODY/XBJL",
        (
            Row("code", "XBDM"),
            Row("name", "XBMC"),
            Row("main", "ZX", ONE_ZERO),
            Row("rate_permille", "FL", PER_TEN_THOUSAND),
        ),
    ),
    Rows(  # 货物记录
        "goods",
        "BODY/HWJL",
        (
            Row("category", "HWDL"),
            Row("code", "HWXL"),
            Row("excluded", "CW", ONE_ZERO),
            Row("rate_permille", "FL", PER_TEN_THOUSAND),
        ),
    ),
)

LAYOUTS: Mapping[str, Layout] = {
    "CargoAppointment/1.0": package(
        "HY1001",  # 预约
        *rows(
            "YYXX",
            ("appointment_no", "YYH"),
            ("enterprise_name", "QYMC"),
            ("contact_name", "LXR"),
            ("contact_phone", "LXDH"),
            ("contact_email", "YX"),
            ("transport_mode", "YSFS"),
            ("goods_category", "HWLB"),
            ("trade_countries", "MYGJ"),
            ("yearly_value", "NHZ", FEN),
            ("yearly_currency", "BZDM"),
            ("remark", "BZ"),
            ("appointed_at", "YYSJ", STAMP14),
        ),
    ),
    "CargoAppointmentStatus/1.0": package(
        "HY1002",  # 预约状态
        *rows(
            "YYZT",
            ("appointment_no", "YYH"),
            ("status_code", "ZT"),
            ("reason", "YY"),
            ("changed_at", "BGSJ", STAMP14),
        ),
    ),
    "CargoAgreement/1.0": package("HY2002", *AGREEMENT),  # 协议
    "CargoApplication/1.0": package("HY3001", *APPLICATION),  # 投保
    "CargoDataCheck/1.0": package(
        "HY3002",  # 入库结果
        *rows(
            "RKJG",
            ("application_no", "TBDH"),
            ("proposal_no", "SLH"),
            ("result_code", "JG"),
            ("reason", "YY"),
            ("checked_at", "SHSJ", STAMP14),
        ),
        Rows("fault", "BODY/CWJL", (Row("field", "ZD"), Row("words", "SM"))),  # 错误记录
    ),
    "CargoUnderwriting/1.0": package(
        "HY3003",  # 核保结果
        *rows(
            "HBJG",
            ("application_no", "TBDH"),
            ("proposal_no", "SLH"),
            ("result_code", "JG"),
            ("reason", "YY"),
            ("decided_at", "HBSJ", STAMP14),
        ),
    ),
    "CargoIssued/1.0": package(
        "HY3004",  # 出单通知
        *rows(
            "CDTZ",
            ("application_no", "TBDH"),
            ("proposal_no", "SLH"),
            ("policy_no", "BDH"),
            ("premium_due", "YJBF", FEN),
            ("premium_currency", "BZDM"),
            ("due_date", "JZRQ", DATE8),
            ("issued_at", "CDSJ", STAMP14),
        ),
    ),
    "CargoCancellation/1.0": package(
        "HY3005",  # 撤单申请
        *rows(
            "CDSQ",
            ("application_no", "TBDH"),
            ("reason", "YY"),
            ("requested_at", "SQSJ", STAMP14),
            ("signer_certificate_serial", "ZSXLH"),
        ),
    ),
    "CargoCancellationResult/1.0": package(
        "HY3006",  # 撤单结果
        *rows(
            "CDJG",
            ("application_no", "TBDH"),
            ("result_code", "JG"),
            ("reason", "YY"),
            ("answered_at", "DFSJ", STAMP14),
        ),
    ),
    "CargoPolicy/1.0": package(
        "HY4002",  # 保单
        *rows(
            "BDXX",
            ("policy_no", "BDH"),
            ("application_no", "TBDH"),
            ("agreement_no", "XYH"),
            ("status_code", "ZT"),
            ("product_name", "XZMC"),
            ("enterprise_name", "TBRMC"),
            ("insured_name", "BBRMC"),
            ("effective_date", "QBRQ", DATE8),
            ("expiry_date", "ZBRQ", DATE8),
            ("insured_amount", "BXJE", FEN),
            ("currency", "BZDM"),
            ("premium", "BF", FEN),
            ("premium_currency", "BFBZ"),
            ("reason", "YY"),
            ("stated_at", "ZTSJ", STAMP14),
        ),
    ),
    "DutyAuthorisation/1.0": package(
        "HY5001",  # 征信授权
        *rows(
            "ZXSQ",
            ("authorisation_no", "SQSH"),
            ("enterprise_name", "QYMC"),
            ("seal_no", "YZBH"),
            ("document_version", "WBBB"),
            ("valid_from", "YXQQ", DATE8),
            ("valid_until", "YXQZ", DATE8),
            ("signed_at", "QSSJ", STAMP14),
            ("signer_certificate_serial", "ZSXLH"),
        ),
    ),
    "DutyRevocation/1.0": package(
        "HY5002",  # 撤回授权
        *rows(
            "SQCH",
            ("authorisation_no", "SQSH"),
            ("revoked_at", "CHSJ", STAMP14),
            ("signer_certificate_serial", "ZSXLH"),
        ),
    ),
    "DutyAuthorisationResult/1.0": package(
        "HY5003",  # 授权结果
        *rows(
            "SQJG",
            ("authorisation_no", "SQSH"),
            ("result_code", "JG"),
            ("valid_until", "YXQZ", DATE8),
            ("reason", "YY"),
            ("decided_at", "QRSJ", STAMP14),
        ),
    ),
    "DutyLimitApplication/1.0": package(
        "HY6001",  # 额度申请
        *rows(
            "EDSQ",
            ("apply_no", "SQBH"),
            ("enterprise_name", "QYMC"),
            ("contact_name", "LXR"),
            ("contact_phone", "LXDH"),
            ("legal_person", "FRMC"),
            ("customs_code", "HGSW"),
            ("customs_office", "ZCHG"),
            ("applied_amount", "SQED", FEN),
            ("guarantee_use", "SYLX", USE),
            ("remark", "BZ"),
            ("applied_at", "SQSJ", STAMP14),
        ),
    ),
    "DutyLimitResult/1.0": package(
        "HY6002",  # 额度批复
        *rows(
            "EDPF",
            ("apply_no", "SQBH"),
            ("limit_no", "EDBH"),
            ("result_code", "JG"),
            ("total_amount", "PFED", FEN),
            ("rate_percent", "FL", OF_A_HUNDRED),
            ("effective_date", "SXRQ", DATE8),
            ("expiry_date", "SSRQ", DATE8),
            ("decided_on", "SPRQ", DATE8),
            ("reason", "YY"),
            ("decided_at", "SPSJ", STAMP14),
        ),
    ),
    "DutyTopUp/1.0": package(
        "HY6003",  # 额度追加
        *rows(
            "EDZJ",
            ("top_up_no", "ZJBH"),
            ("apply_no", "SQBH"),
            ("limit_no", "EDBH"),
            ("top_up_amount", "ZJED", FEN),
            ("remark", "BZ"),
            ("applied_at", "SQSJ", STAMP14),
        ),
    ),
    "DutyTopUpResult/1.0": package(
        "HY6004",  # 追加批复
        *rows(
            "ZJPF",
            ("top_up_no", "ZJBH"),
            ("result_code", "JG"),
            ("reason", "YY"),
            ("decided_at", "SPSJ", STAMP14),
        ),
    ),
    "DutyLimitChange/1.0": package(
        "HY6005",  # 额度变更
        *rows(
            "EDBG",
            ("apply_no", "SQBH"),
            ("limit_no", "EDBH"),
            ("total_amount", "ZED", FEN),
            ("used_amount", "YYED", FEN),
            ("remaining_amount", "SYED", FEN),
            ("rate_percent", "FL", OF_A_HUNDRED),
            ("effective_date", "SXRQ", DATE8),
            ("expiry_date", "SSRQ", DATE8),
            ("application_no", "TBDH"),
            ("reason", "YY"),
            ("changed_at", "BGSJ", STAMP14),
        ),
    ),
    "DutyApplication/1.0": package(
        "HY6101",  # 关税险投保
        *rows(
            "TBXX",
            ("application_no", "TBDH"),
            ("apply_no", "SQBH"),
            ("limit_no", "EDBH"),
            ("enterprise_name", "TBRMC"),
            ("insured_name", "BBRMC"),
            ("customs_code", "HGSW"),
            ("guarantee_use", "SYLX", USE),
            ("customs_office", "ZCHG"),
            ("declaration_office", "SBDHG"),
            ("guarantee_amount", "BXJE", FEN),
            ("rate_percent", "FL", OF_A_HUNDRED),
            ("premium", "BF", FEN),
            ("start_date", "QBRQ", DATE8),
            ("end_date", "ZBRQ", DATE8),
            ("remark", "BZ"),
            ("applied_at", "TBSJ", STAMP14),
            ("signer_certificate_serial", "ZSXLH"),
        ),
        Rows("declarations", "BODY/BGDJL", (Row("declaration_no", "BGDH"),)),  # 报关单记录
        *INVOICED,
    ),
    "DutyUnderwriting/1.0": package(
        "HY6102",  # 关税险核保结果
        *rows(
            "HBJG",
            ("application_no", "TBDH"),
            ("proposal_no", "SLH"),
            ("result_code", "JG"),
            ("premium_due", "YJBF", FEN),
            ("premium_currency", "BZDM"),
            ("due_date", "JZRQ", DATE8),
            ("reason", "YY"),
            ("decided_at", "HBSJ", STAMP14),
        ),
    ),
    "DutyPolicy/1.0": package(
        "HY6103",  # 关税险保单
        *rows(
            "BDXX",
            ("policy_no", "BDH"),
            ("application_no", "TBDH"),
            ("limit_no", "EDBH"),
            ("status_code", "ZT"),
            ("record_no", "BABH"),
            ("enterprise_name", "TBRMC"),
            ("insured_name", "BBRMC"),
            ("guarantee_use", "SYLX", USE),
            ("guarantee_amount", "BXJE", FEN),
            ("effective_date", "QBRQ", DATE8),
            ("expiry_date", "ZBRQ", DATE8),
            ("premium", "BF", FEN),
            ("claimed_amount", "SPJE", FEN),
            ("reason", "YY"),
            ("stated_at", "ZTSJ", STAMP14),
        ),
    ),
    "SharedClaim/1.0": package(
        "HY7001",  # 理赔信息
        *rows(
            "LPXX",
            ("claim_no", "LPH"),
            ("policy_no", "BDH"),
            ("product", "XZ", PRODUCT),
            ("status_code", "ZT"),
            ("enterprise_name", "QYMC"),
            ("loss_date", "CXRQ", DATE8),
            ("reported_on", "BARQ", DATE8),
            ("estimated_amount", "GSJE", FEN),
            ("paid_amount", "PFJE", FEN),
            ("currency", "BZDM"),
            ("paid_on", "PFRQ", DATE8),
            ("contact", "LXFS"),
            ("remark", "BZ"),
            ("stated_at", "ZTSJ", STAMP14),
        ),
    ),
    "PaymentAgreementCopy/1.0": package(
        "HY8003",  # 三方协议签约请求副本
        *rows(
            "SFXY",
            ("request_no", "QYH"),
            ("bank_name", "YHMC"),
            ("enterprise_name", "QYMC"),
            ("tax_no", "SH"),
            ("payer_account", "FKZH"),
            ("payee_name", "SKMC"),
            ("payee_account", "SKZH"),
            ("text_version", "WBBB"),
            ("text_hash", "WBZY"),
            ("stated_at", "ZTSJ", STAMP14),
        ),
    ),
    "PaymentNotice/1.0": package(
        "HY8001",  # 到账通知
        *rows(
            "DZTZ",
            ("order_no", "ZFH"),
            ("amount", "JE", FEN),
            ("currency", "BZDM"),
            ("bank_serial", "YHLSH"),
            ("paid_at", "ZFSJ", STAMP14),
        ),
        Rows(  # 缴费记录
            "item", "BODY/JFJL", (Row("business_no", "YWH"), Row("amount", "JE", FEN), Row("currency", "BZDM"))
        ),
    ),
    "PaymentReversal/1.0": package(
        "HY8002",  # 退票通知
        *rows(
            "TPTZ",
            ("order_no", "ZFH"),
            ("amount", "JE", FEN),
            ("currency", "BZDM"),
            ("bank_serial", "YHLSH"),
            ("reversed_at", "TPSJ", STAMP14),
        ),
        Rows(  # 缴费记录
            "item", "BODY/JFJL", (Row("business_no", "YWH"), Row("amount", "JE", FEN), Row("currency", "BZDM"))
        ),
    ),
    "Receipt/1.0": package(
        "HY9001",  # 回执
        *rows(
            "HZ",
            ("request_id", "YBWH"),
            ("request_digest", "YBWZY"),
            ("code", "FHM", RECEIPT),
            ("text", "FHXX"),
            ("partner_ref", "SLH"),
            ("received_at", "JSSJ", STAMP14),
        ),
    ),
    "StatusQuery/1.0": package("HY9002", *rows("CX", ("request_id", "YBWH"))),  # 查询
    "StatusAnswer/1.0": package(
        "HY9003",  # 查询结果
        *rows(
            "CXJG",
            ("request_id", "YBWH"),
            ("seen", "SFSD", ONE_ZERO),
            ("code", "FHM", RECEIPT),
            ("text", "FHXX"),
            ("partner_ref", "SLH"),
            ("received_at", "JSSJ", STAMP14),
        ),
    ),
}
