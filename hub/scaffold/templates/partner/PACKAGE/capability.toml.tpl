# What the core may ask of this partner, and what the partner may send. Keys: plugins/README.md of the hub.

[plugin]
partner  = "$partner"
name_zh  = "$name_zh"
name_en  = "$name_en"
kind     = "$kind"
contract = ">=1.0,<2"
state    = "draft"                     # draft | sandbox | live | suspended | retired
hosts    = ["127.0.0.1", "localhost"]  # the simulator; name the partner's hosts here
$incoming
$capabilities
