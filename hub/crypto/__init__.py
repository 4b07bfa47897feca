"""Keys, certificates and signatures of three families - RSA, ECDSA, SM2 - behind one set of names.

RSA and ECDSA are the library ``cryptography``'s. It does not know SM2 (GB/T 32918), so that family stands here beside
them: the curve arithmetic is the library ``gmalg``'s, the hash SM3 is ``cryptography``'s again.
"""
