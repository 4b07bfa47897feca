"""What a programme offers on line, and where each of it is (S4:57)."""

from hub.contract.text import Text

SERVICES = (  # the kind whose list, or the path
    (Text("线上承保", "Insuring on line"), "micro_application"),
    (Text("线上报损核赔", "Losses and claims on line"), "claim"),
    (Text("线上资信", "Credit information on line"), "/risk_info"),
    (Text("线上咨询", "Advice on line"), "inquiry"),
)
