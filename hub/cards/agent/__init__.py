"""The card agent: a small program on the user's PC between the hub's page and the card (``swhub card-agent``).

It listens on 127.0.0.1 only and is the weakest door of all, so in this order: Host, Origin, own header, pairing with a
ticket the hub signed, the holder's yes to the site, typed payload for the caller's own site, the user's word and PIN in
the agent's own window, one PIN try for one confirmation, the signature verified before it leaves. On disk it keeps the
sites that were allowed and nothing else; it writes no PIN and no payload anywhere.
"""
