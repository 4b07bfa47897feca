"""What can happen on the wire, told apart by the one question that matters: may the partner have it?"""


class NotSent(Exception):
    """Not one byte of the request reached the partner: no address, refused, TLS failed. Safe to try again."""


class AnswerLost(Exception):
    """The request may have arrived and the answer did not: timeout, reset, cut off. Never to be sent again blindly."""
