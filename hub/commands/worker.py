"""``swhub worker``, and the worker that ``swhub serve`` runs beside the pages."""

import threading
from functools import partial
from pathlib import Path

import click

from hub.commands.home import end_on_sigterm, home_option, opened
from hub.contract.message import Raw
from hub.delivery import receiver
from hub.delivery.receiver import Answer
from hub.delivery.worker import Job, Worker
from hub.errors import Unavailable
from hub.runtime import Runtime, prepare
from hub.services import blobs, calendar, evidence, health, nonces, operations, reconcile, results, watch, wordings
from hub.services.broadcast import Broadcast
from hub.services.questions import open_questions

CALENDAR = 2.0  # seconds between two looks at what is due: an insurer is told of a payment as soon
OBSERVERS = 2.0  # seconds until observing plugins hear of a change
SILENCE = 300.0  # seconds between two looks at who owes an answer
STATEMENTS = 900.0  # seconds between two looks whether a bank's day has still to be reconciled
WORDINGS = 3600.0  # seconds between two looks for what was signed in an older wording: it comes with an upgrade
FILES = 600.0  # seconds between two sweeps of files that nothing has come to refer to
WAITING = 60.0  # seconds between two looks for what waits for an object that is there by now
CHALLENGES = 60.0  # seconds between two removals of what logs nobody in any more


@click.command("worker")
@home_option
def command(home: Path) -> None:
    """Deliver messages until Ctrl-C or SIGTERM: send, ask, poll, expire.

    Any number of workers may run on one PostgreSQL store, on any number of machines. On the first Ctrl-C nothing new
    is begun and what is in flight is waited for. Refuses to start on a store that is older than the code.

    \b
    Example:
      swhub worker --home /srv/swhub
    """
    runtime = opened(home)
    prepare(runtime)
    worker = make(runtime)
    end_on_sigterm()
    with health.watched(runtime):
        try:
            worker.start()
            click.echo(f"worker: {runtime.settings.delivery.senders} senders on {shown(runtime)}", err=True)
            threading.Event().wait()
        except KeyboardInterrupt:
            click.echo("worker: ending what is in flight", err=True)
        finally:
            worker.stop()


def fetched(runtime: Runtime, partner: str, raw: Raw) -> Answer:
    """Take a polled message. Raises Unavailable when nothing of it is kept: the cursor stays, and it comes again."""
    answer = receiver.receive(runtime, partner, raw, None)
    if answer.code in receiver.RETRY_AFTER:
        raise Unavailable
    return answer


def make(runtime: Runtime) -> Worker:
    """The worker of one process, with the hub's own duties."""

    due = Job("calendar", CALENDAR, lambda: calendar.run(runtime))
    silence = Job("silence", SILENCE, lambda: watch.watch_silence(runtime))
    observers = Job("observers", OBSERVERS, Broadcast(runtime).run)
    heads = Job("evidence", runtime.settings.evidence.every, lambda: evidence.tend(runtime))
    challenges = Job("challenges", CHALLENGES, lambda: nonces.forget(runtime))
    files = Job("files", FILES, lambda: blobs.sweep(runtime))
    waiting = Job("waiting", WAITING, lambda: operations.release_waiting(runtime))
    older = Job("wordings", WORDINGS, lambda: wordings.outdate(runtime))
    questions = open_questions(runtime)
    statements = Job("reconciliation", STATEMENTS, lambda: reconcile.due(runtime, questions))
    jobs = [due, statements, silence, observers, heads, challenges, files, waiting, older]
    return Worker(runtime, results.settle, partial(fetched, runtime), jobs)


def shown(runtime: Runtime) -> str:
    """The store's address without its password."""
    return runtime.engine.url.render_as_string(hide_password=True)
