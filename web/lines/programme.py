"""What a programme offers on line, and where each of it is (S4:57)."""

from hub.contract.text import Text

SERVICES = (  # the kind whose list it is
    (Text("线上承保", "Insuring on line"), "micro_application"),
    (Text("线上报损核赔", "Losses and claims on line"), "loss_report"),
    (Text("线上资信", "Credit information on line"), "buyer_report"),
    (Text("线上咨询", "Advice on line"), "inquiry"),
)
