"""The signature suites: one for each family of keys. Names only; how they sign and verify stands in ``hub.crypto``."""

RSA, ECDSA, SM2 = "rsa-sha256", "ecdsa-sha256", "sm2-sm3"
SUITES = (RSA, ECDSA, SM2)
CLASSIC = (RSA, ECDSA)  # of a partner whose settings say nothing else
USER_ID = b"1234567812345678"  # whom SM2 binds into a signature where a profile names nobody (GM/T 0009, 10)
