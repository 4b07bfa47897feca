"""Authorising the insurer to get data of the enterprise (spec.md 6, S1:61): read, agree, choose term and seal."""

from hub.contract.text import Text
from web.forms.agreement import SealChoice
from web.forms.controls import tick
from web.forms.seal import RenewalForm


class AuthorisationForm(RenewalForm, SealChoice):
    """For how long, under which seal."""

    accepted = tick(Text("同意提供上述数据内容", "I agree to provide the data listed above"))
