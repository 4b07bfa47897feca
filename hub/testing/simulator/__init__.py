"""The partner's side of the conversation: what every partner simulator shares.

A plugin writes a :class:`~hub.testing.simulator.desk.Scenario` - rules, handlers, steps, controls as tables - and hands
it to :func:`~hub.testing.simulator.server.serve`. From here come the HTTP server, the books, pushing with retry, the
rules table, the fault menu and the clock.

In the order of travel: server -> desk -> rules, faults, books -> post. Everything that looks random is drawn from the
seed and from what it is about, never from the order of threads.
"""
