# What the core may ask of this insurer, and what the insurer may send. Keys: plugins/README.md of the hub.

[plugin]
partner  = "$partner"
name_zh  = "$name_zh"
name_en  = "$name_en"
kind     = "insurer"
contract = ">=1.0,<2"
state    = "draft"                     # draft | sandbox | live | suspended | retired
hosts    = ["127.0.0.1", "localhost"]  # the simulator; name the insurer's hosts here

[[capability]]
name = "micro_policy.offer"
in   = ["PolicyOffer/1.0"]

[[capability]]
name        = "micro_policy.confirm"
out         = ["PolicyConfirmation/1.0"]
in          = ["ReviewResult/1.0"]
idempotency = "key"
query       = "micro_policy.query"
on_timeout  = "unknown"
receipt_sla = "PT4H"
deadline    = "PT72H"
limits      = { per_minute = 60, total_mb = 10 }

[[capability]]
name        = "micro_policy.acknowledge"
out         = ["PolicyReceipt/1.0"]
in          = ["ReceiptConfirmed/1.0"]
idempotency = "key"
query       = "micro_policy.query"
on_timeout  = "unknown"
limits      = { per_minute = 60, total_mb = 10 }

[[capability]]
name = "micro_policy.policy"
in   = ["PolicyIssued/1.0"]

[[capability]]
name        = "micro_policy.query"  # its StatusAnswer is the answer to the POST
out         = ["StatusQuery/1.0"]
idempotency = "natural"             # a question changes nothing
limits      = { per_minute = 60 }
