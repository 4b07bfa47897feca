"""What a card signs inside a PDF, made from two facts only: the document's digest and the card's own certificate.

A PDF signature (PAdES baseline B-B, ETSI EN 319 142-1) is a CMS signature over *signed attributes* (RFC 5652, 5.3):
content type, the digest of the document's bytes, and the digest of the signing certificate (RFC 5035). Nothing else may
stand there, no time either. So the card agent is never handed bytes to sign: hub and agent both make the same ones from
the digest in the payload that the holder has read.
"""

from hashlib import sha256

from asn1crypto import cms, tsp

SUITES = ("rsa-sha256", "ecdsa-sha256")  # that PDF readers know; SM2 has no place in PAdES yet


def signed_attributes(digest: str, certificate: bytes) -> bytes:
    """DER of the attributes for a document with this SHA-256 (hex), signed with this certificate (DER)."""
    known = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": sha256(certificate).digest()})]})
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [bytes.fromhex(digest)]}),
            cms.CMSAttribute({"type": "signing_certificate_v2", "values": [known]}),
        ]
    )
    dumped: bytes = attributes.dump()
    return dumped
