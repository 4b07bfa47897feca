"""What the bank prints is JSON, here without its signature."""

import json

from hub_bank_cmb.wire import document
from lxml import etree


def read_document(content: bytes) -> etree._Element:
    """A printed document, as the tables read it."""
    return document(json.loads(content))[0]
