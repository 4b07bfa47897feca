# $distribution

$name_zh ($name_en) for the Single Window Hub, in the partner's own XML ($encoding). Written by
`swhub new-plugin $kind $slug`; it is green as it stands, because it talks to its own simulator.

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
| `$package/messages.py` | one row and two functions per message |
| `$package/wire.py` | encoding, XSD, signature |
| `$package/adapter.py` | what the core calls |
| `$package/simulator/` | the partner's side |

## From the toy to the real partner

- [ ] The table below was guessed from names and types. Correct it in `messages.py`. Where something is not known the
      outcome of every sending is UNKNOWN, which is never sent again: nothing goes wrong, and nothing works.
- [ ] `messages.py`: `*_CENTS` names the amounts taken for whole cents (分). Strike out what is none: yuan is not cents.
- [ ] `codes.py`: every code of the partner's list; unmapped now: $unmapped_count. Never map "in progress" to `done`, and `not_sent`
      only a code that proves that the partner has never seen the message.
- [ ] `wire.py`: the partner's own signature, encoding and transport.
- [ ] `adapter.py`: which element names the enterprise (USCC); what the partner wants to read as a receipt.
- [ ] `MEANINGS` in `messages.py`: $line_hint Until then what the partner sends is kept and parked.
- [ ] `capability.toml`: hosts, hours, limits, idempotency, query. The core enforces each line.
- [ ] `schemas/samples/`: the partner's own example messages, with people and numbers made up.
- [ ] `pytest`, `pytest --hub-kit`, `ruff check .` and `mypy` are green; then `state = "sandbox"`, later `"live"`.

## Messages

$roles_table

## Codes

$code_table

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

It answers every request with the golden sample of its answer, the request's reference and a code; `say` chooses the code.
`{"do": "fault", "fault": "late_success"}` and the other faults of the menu are in the hub's `plugins/sinosure/README.md`.
