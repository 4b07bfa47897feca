"""What an enterprise says of a file that it encloses (spec CI-CLM-48; manual S2:684-694)."""

from hub.contract.text import Text
from web.forms.base import Form
from web.forms.controls import line
from web.forms.people import NAME


class FileNote(Form):
    """摘要 and 备注, as the envelope has them."""

    summary = line(Text("摘要", "Summary"), longest=100, rule=NAME)
    remark = line(Text("备注", "Remark"), longest=500)
