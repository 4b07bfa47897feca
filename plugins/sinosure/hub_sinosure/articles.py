"""Sinosure's risk information (风险信息) -> what the hub puts on the shelf. Pure; no codes but the hub's own."""

from collections.abc import Callable, Mapping, Sequence

from hub.contract.message import ARTICLE, DIGEST, CanonicalEvent, CanonicalMessage, PartnerContent

Meaning = Sequence[CanonicalEvent | PartnerContent]


def article(message: CanonicalMessage) -> Meaning:
    """MSG-RSK-01: an article, or its next revision."""
    body = message.body
    said = {
        "category": body["category"],
        "title": body["title"],
        "countries": list(body.get("country", ())),
        "industries": list(body.get("industry", ())),
        "published_at": body["published_at"].isoformat(),
        "source": body.get("source", ""),
        "language": body.get("language", "zh"),
        "article_html": body["html"],
    }
    return [_content(ARTICLE, body["article_no"], message, said)]


def recall(message: CanonicalMessage) -> Meaning:
    """MSG-RSK-02: the article is taken back."""
    body = message.body
    said = {"recalled_at": body["recalled_at"].isoformat(), "reason": body.get("reason", "")}
    return [_content(ARTICLE, body["article_no"], message, said)]


def digest(message: CanonicalMessage) -> Meaning:
    """MSG-SZ-04: what happened in a month."""
    body = message.body
    return [_content(DIGEST, body["month"], message, {"title": body["title"], "digest_html": body["html"]})]


MEANINGS: Mapping[str, Callable[[CanonicalMessage], Meaning]] = {
    "RiskArticle/1.0": article,
    "RiskRecall/1.0": recall,
    "RiskDigest/1.0": digest,
}


def _content(shelf: str, number: str, message: CanonicalMessage, body: Mapping[str, object]) -> PartnerContent:
    return PartnerContent(
        key=f"{shelf}:{number}",
        version=str(message.body["revision"]),
        body=body,
        documents=message.attachments,
    )
