# What the core may ask of this bank, and what the bank may send. Keys: plugins/README.md of the hub.

[plugin]
partner  = "$partner"
name_zh  = "$name_zh"
name_en  = "$name_en"
kind     = "bank"
contract = ">=1.0,<2"
state    = "draft"                     # draft | sandbox | live | suspended | retired
hosts    = ["127.0.0.1", "localhost"]  # the simulator; name the bank's hosts here

[[capability]]
name        = "payment.pay"
out         = ["PaymentRequest/1.0"]
in          = ["PaymentResult/1.0"]    # the bank's PaymentNotice
idempotency = "key"                    # the message id is the serial: one debit, however often it comes
query       = "payment.query"
on_timeout  = "unknown"
hours       = "Asia/Shanghai Mon-Sun 00:30-23:30"
receipt_sla = "PT10M"
limits      = { per_minute = 60, total_mb = 10 }

[[capability]]
name        = "payment.query"          # what became of a payment; a question changes nothing
out         = ["PaymentQuery/1.0"]
idempotency = "natural"
limits      = { per_minute = 60, total_mb = 10 }

[[capability]]
name        = "payment.statement"      # what was booked on one account on one day, for reconciliation
out         = ["StatementQuery/1.0"]
answer      = ["Statement/1.0"]        # on the same connection
idempotency = "natural"
limits      = { per_minute = 10, total_mb = 10 }

[[capability]]
name        = "agreement.sign"         # the three-party agreement; the answer carries its number
out         = ["AgreementRequest/1.0"]
idempotency = "key"
query       = "agreement.query"
on_timeout  = "unknown"
limits      = { per_minute = 60, total_mb = 10 }

[[capability]]
name        = "agreement.query"
out         = ["AgreementQuery/1.0"]
idempotency = "natural"
limits      = { per_minute = 60, total_mb = 10 }
