# $distribution

$name_zh ($name_en): a card driver for the Single Window Hub's card agent. Written by `swhub new-plugin card $slug`; it is
green as it stands, because it drives software tokens of its own.

Kit grade: gold

```sh
pip install -e .          # into the environment of the card agent
pytest                    # this plugin's own tests
pytest --hub-kit          # the hub's conformance kit, where the hub brings it
swhub plugins             # $entry_point is in the list
```

| room | what is in it |
| --- | --- |
| `$package/driver.py` | what the agent calls; the vendor's errors -> the contract's faults |
| `$package/token.py` | the software token: the vendor's library takes its place |
| `tests/` | PIN tries, lock, removal, expiry, every fault |

## From the toy to the real card

- [ ] `token.py`: the vendor's library. One lock around every call if it does not bear threads.
- [ ] `driver.py`, `FAULTS`: every error code of the vendor; what has no row is SILENT (读卡超时), never a guess.
- [ ] `open` checks the PIN exactly once and never by itself again: a locked card costs its holder a day.
- [ ] `list_cards` needs no PIN and shows no certificate subject: real ones hold national-ID numbers.
- [ ] No PIN and no payload in any log or message.
- [ ] The algorithm as the card has it: `rsa-sha256`, `ecdsa-sha256` or `sm2-sm3`.
- [ ] Tests with a real card, by hand, on the PC of a user: pull it, lock it, let it expire.

## Settings

In the card agent's settings, under `$entry_point`:

```toml
reader = "/path/to/the/folder"   # until the vendor's library takes its place
```
