# $distribution

$name_zh ($name_en) for the Single Window Hub: micro policies 小微投保. Written by `swhub new-plugin insurer $slug`; it is
green as it stands, because it talks to its own simulator, and it speaks the hub's own XML, signed with XMLDSig.

Kit grade: gold

```sh
pip install -e .          # into the environment of the hub
pytest                    # this plugin's own tests
pytest --hub-kit          # the hub's conformance kit, where the hub brings it
swhub plugins             # $entry_point is in the list
```

| room | what is in it |
| --- | --- |
| `$package/capability.toml` | what may be sent and received, and how |
| `$package/codes.py` | the insurer's codes and what they mean to us |
| `$package/messages.py` | message -> event, one function per type |
| `$package/adapter.py` | what the core calls |
| `$package/simulator/` | the insurer's side |
| `tests/samples/` | one unsigned message of each type |

There is no `wire.py`: the transport is the hub's HTTPS POST. There is no `schemas/`: the XSDs are the hub's own. For an
insurer with XML of its own, start again with `swhub new-plugin insurer $slug --xsd FILE...`.

## From the toy to the real insurer

- [ ] `capability.toml`: names, hosts, hours, limits; strike out what the insurer cannot do. The core enforces each line.
- [ ] `codes.py`: every code of the insurer's list with its wording; unmapped now: $unmapped_count. A code without a row
      parks its message, and an operator sees it; that is right for codes nobody has explained, wrong for daily ones.
- [ ] `messages.py`: what the insurer's messages mean; which of the insurer's fields are taken over.
- [ ] `tests/samples/`: the insurer's own example messages, with people and numbers made up.
- [ ] `simulator/`: delays, refusals and peculiarities of the real insurer.
- [ ] Keys: exchange certificates with the insurer; its certificate goes into `[partners.$partner]` of `swhub.toml`.
- [ ] `pytest`, `pytest --hub-kit`, `ruff check .` and `mypy` are green; then `state = "sandbox"`, later `"live"`.

## Messages

| message | direction | what it does |
| --- | --- | --- |
| PolicyOffer | in | an offer waits for the enterprise |
| PolicyConfirmation | out | the enterprise confirms |
| ReviewResult | in | the result of the review; its correlation id names the confirmation |
| PolicyIssued | in | the policy |
| PolicyReceipt | out | the enterprise acknowledges the policy |
| ReceiptConfirmed | in | the insurer has the acknowledgement |
| StatusQuery | out | "did you get it?"; the StatusAnswer is the answer to the POST |

## Codes

$code_table

## Settings

```toml
[partners.$partner]
address      = "http://127.0.0.1:9102/messages"
certificates = ["keys/$partner.crt.pem"]    # active and next
```

## The simulator

```sh
swhub simulate $partner --set port=9102 --set key=keys/$partner.key.pem \
    --set certificate=keys/$partner.crt.pem --set hub_certificate=keys/hub.crt.pem
curl -s http://127.0.0.1:9102/control -H 'Content-Type: application/json' \
    -d '{"do": "offer", "uscc": "91610000MA6TX00X1A", "enterprise_name": "西安某某进出口有限公司"}'
```

`[code]` in the remark of a confirmation makes the insurer answer with that code, mapped or not, `[silent]` not at all.
`{"do": "fault", "fault": "late_success"}` and the other faults of the menu are in the hub's `plugins/sinosure/README.md`.
