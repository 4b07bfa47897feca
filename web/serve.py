"""``swhub serve``: the portal and the partners' door in one process, and the worker beside them if so configured."""

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from waitress import create_server  # type: ignore[import-untyped]

from hub.commands import worker as workers
from hub.commands.home import end_on_sigterm, home_option, opened, refuse
from hub.commands.playing import playing
from hub.runtime import prepare
from hub.services import health
from web.app import create_app

HEADERS, LINGER = 64_000, 30  # octets of request headers; seconds an idle connection may stay


def proxied(address: str) -> dict[str, Any]:
    """What waitress has to believe of a proxy; nothing without one, or anybody could name his own address."""
    if not address:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {"trusted_proxy": address, "trusted_proxy_headers": headers, "clear_untrusted_proxy_headers": True}


@click.command("serve")
@home_option
@click.option("--worker/--no-worker", "with_worker", default=None, help="Run the worker too; default: [web] worker.")
def command(home: Path, *, with_worker: bool | None) -> None:
    """Serve the pages and the partners' door until Ctrl-C or SIGTERM.

    One process does for a small site. For more, serve with --no-worker and start any number of `swhub worker`. Put a
    TLS proxy before it and set [web] origin to the address that users type. Refuses to start on a store that is older
    than the code. Partners in test mode without an address are played by their simulators, which run as long as this.

    \b
    Example:
      swhub serve --home /srv/swhub --no-worker
    """
    runtime = opened(home)
    prepare(runtime)
    web = runtime.settings.web
    worker = workers.make(runtime) if (web.worker if with_worker is None else with_worker) else None
    if worker is not None:
        runtime = replace(runtime, wake=worker.wake)
    app = create_app(runtime)
    try:
        server = create_server(
            app,
            host=web.host,
            port=web.port,
            threads=web.threads,
            ident="",
            channel_timeout=LINGER,
            max_request_header_size=HEADERS,
            **proxied(web.proxy),
            max_request_body_size=runtime.settings.door.max_bytes + 1,
        )
    except OSError as error:
        busy = error.errno == errno.EADDRINUSE
        refuse(
            f"无法监听 {web.host}:{web.port}：{'端口已被占用，请修改 [web] port' if busy else error.strerror}",
            f"cannot listen on {web.host}:{web.port}: {'in use; change [web] port' if busy else error.strerror}",
        )
    beside = f"worker with {runtime.settings.delivery.senders} senders" if worker else "no worker here"
    end_on_sigterm()
    with health.watched(runtime), playing(runtime.settings) as simulated:
        if simulated:
            click.echo(f"serve: test mode, simulated: {', '.join(simulated)}", err=True)
        try:
            if worker is not None:
                worker.start()
            click.echo(f"serve: {web.origin} (listening on {web.host}:{web.port}, {beside})", err=True)
            server.run()
        except KeyboardInterrupt:
            click.echo("serve: ending", err=True)
        finally:
            server.close()
            if worker is not None:
                worker.stop()
