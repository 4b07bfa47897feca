"""The agent's socket: HTTP on 127.0.0.1 and nowhere else."""

import json
import logging
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from hub.cards.agent import memory
from hub.cards.agent.calls import Agent, AgentSettings, Reply
from hub.cards.agent.policy import BODY_LIMIT, Request
from hub.clock import Clock, SystemClock

ADDRESS = "127.0.0.1"
LENGTH = re.compile(r"[0-9]{1,9}")
IDLE = 10  # seconds a client may take to send its request
log = logging.getLogger("swhub.card_agent")


class Handler(BaseHTTPRequestHandler):
    """From the socket to the agent and back."""

    server: "AgentServer"
    server_version, sys_version = "swhub-agent", ""
    timeout = IDLE

    def handle_call(self) -> None:
        """Read at most a small body, so that a refusal is not lost to a reset connection, then answer."""
        length = self.headers.get("Content-Length", "0")
        size = int(length) if LENGTH.fullmatch(length) else 0  # chunks and nonsense read as an empty body
        body = self.rfile.read(min(size, BODY_LIMIT + 1))
        headers = {
            name.lower(): self.headers[name] for name in self.headers if len(self.headers.get_all(name, [])) == 1
        }
        request = Request(method=self.command, path=self.path, headers=headers, body=body)
        self._write(self.server.agent.answer(request))

    do_GET = do_POST = do_OPTIONS = handle_call  # noqa: N815 - names that http.server looks for

    def _write(self, reply: Reply) -> None:
        body, media = reply.file or (
            b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode(),
            "application/json; charset=utf-8",
        )
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the agent keeps its own log, and a request line may hold anything."""


class AgentServer(ThreadingHTTPServer):
    """Listens on this PC only; ``port`` 0 lets the system choose."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, settings: AgentSettings, clock: Clock) -> None:
        self.agent = Agent(settings, clock)
        super().__init__((ADDRESS, settings.port), Handler)
        self.agent.port = self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""

    def server_close(self) -> None:
        """Stop listening and end the drivers' processes."""
        super().server_close()
        self.agent.drivers.close()


def run(settings: AgentSettings) -> None:
    """Serve until Ctrl-C (``swhub card-agent``)."""
    memory.seal()
    with AgentServer(settings, SystemClock()) as server:
        log.info("listening on %s:%d for %s", ADDRESS, server.agent.port, ", ".join(sorted(server.agent.origins)))
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            log.info("stopped")
