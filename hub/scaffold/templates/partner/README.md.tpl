# $distribution

$name_zh ($name_en) for the Single Window Hub, in the partner's own XML ($encoding). Written by
`swhub new-plugin $kind $slug`; it is green as it stands, because it talks to its own simulator.

Kit grade: $grade

```sh
pip install -e .          # into the environment of the hub
pytest                    # this plugin's own tests
pytest --hub-kit          # the hub's conformance kit, where the hub brings it
swhub plugins             # $entry_point is in the list
```

| room | what is in it |
| --- | --- |
| `$package/schemas/` | the partner's XSDs, and `samples/`: one golden sample of each message |
| `$package/capability.toml` | what may be sent and received, and how |
| `$package/codes.py` | the partner's codes and what they mean |
| `$package/messages.py` | one table per message: our path, the partner's path, how the value is written |
| `$package/adapter.py` | what the core calls; encoding |
| `$package/simulator/` | the partner's side |

## From the toy to the real partner

- [ ] The table below was guessed from names and types. Correct it in `messages.py`. Where something is not known the
      outcome of every sending is UNKNOWN, which is never sent again: nothing goes wrong, and nothing works.
- [ ] `messages.py`, left column: the paths of the hub's message (`schemas/` of the hub), with its `type` in `MESSAGES`.
      A field of the hub's that the partner has no place for is a row `Left(path, why)`.
- [ ] `messages.py`, third column: `FEN` was guessed for amounts in whole numbers, `YUAN` for decimals, text for times of
      14 digits. Correct it: yuan is not cents (`hub/contract/convert.py`).
- [ ] `codes.py`: every code of the partner's list; unmapped now: $unmapped_count. Never map "in progress" to `DONE`, and `NOT_SENT`
      only a code that proves that the partner has never seen the message.
- [ ] `adapter.py`: `ENCODING`, and a `carrier=` where the partner does not take the hub's parcel: `ENVELOPED` signs the
      document itself, any other signature is a class with `pack` and `unpack` (`hub/xml/carriers.py`).
- [ ] Another transport than an HTTPS POST: `send` in the adapter (`hub.contract.adapters.WireAdapter`).
- [ ] `MEANINGS` in `messages.py`: $line_hint Until then what the partner sends is refused.
- [ ] `capability.toml`: hosts, hours, limits, idempotency, query. The core enforces each line.
- [ ] `schemas/samples/`: the partner's own example messages, with people and numbers made up.
- [ ] `tests/golden/`: the examples that the partner's specification prints (`name.xml`), each with what it means as you
      read it there (`name.json`). Only they catch a unit that this plugin and its simulator both have wrong.
- [ ] With each release: a copy of `capability.toml` as `tests/released/<version>.toml`. The kit then says what the next
      version would break.
- [ ] `pytest`, `pytest --hub-kit`, `ruff check .` and `mypy` are green; then `state = "sandbox"`, later `"live"`.

## Messages

$roles_table

## Codes

$code_table
$notes
## Settings

```toml
[partners.$partner]
address      = "http://127.0.0.1:9103/messages"
certificates = ["keys/$partner.crt.pem"]    # active and next
```

## The simulator

```sh
swhub simulate $partner --set port=9103 --set key=keys/$partner.key.pem \
    --set certificate=keys/$partner.crt.pem --set hub_certificate=keys/hub.crt.pem
curl -s http://127.0.0.1:9103/control -H 'Content-Type: application/json' -d '{"do": "say", "code": "..."}'
```

It answers every request with its reference and a code; `say` chooses the code.
`{"do": "fault", "fault": "late_success"}` and the other faults of the menu are in the hub's `plugins/sinosure/README.md`.
