"""The file that a message of Sinosure's brings along."""

from hub.contract.message import Attachment, CanonicalMessage

PDF = "application/pdf"


def pdf(kind: str, message: CanonicalMessage) -> dict[str, Attachment]:
    """The message's first PDF, as a document of ``kind``."""
    found = next((file for file in message.attachments if file.media_type == PDF), None)
    return {} if found is None else {kind: found}
