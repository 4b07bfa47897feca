"""Schemas compiled with all that they include and import, whatever other threads do meanwhile.

libxml2 has one document loader for the whole process: a parse that ends in another thread takes ours away in the midst
of a compilation. What cannot be loaded then is an error or, worse, a warning and a part that is missing for good.
"""

from collections.abc import Callable

from lxml import etree

TRIES = 20  # two of a hundred are disturbed while three threads do nothing but parse
MISSED = "SCHEMAP_WARN_UNLOCATED_SCHEMA"


def compiled(read: Callable[[], etree._Element]) -> etree.XMLSchema:
    """The schema whose document ``read`` parses, again for each try. Raises XMLSchemaParseError."""
    for left in reversed(range(TRIES)):
        try:
            schema = etree.XMLSchema(read())
        except etree.XMLSchemaParseError:
            if not left:
                raise
            continue
        if MISSED not in str(schema.error_log):
            return schema
    raise etree.XMLSchemaParseError("something that the schema imports cannot be loaded")
