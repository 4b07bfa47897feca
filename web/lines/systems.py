"""What the portal calls its parts: each has its own words in the head of the page and in the path above it."""

from hub.contract.text import Text

PART = Text("保险服务", "Insurance services")  # in the menu (PT-12), where credit insurance has its profile's word
INSURANCE = Text("金融保险服务", "Insurance services")  # S3; credit insurance is called as the portal's profile says
