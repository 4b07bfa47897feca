"""What an enterprise may enclose with an action: declared by the action, checked before anything is sent."""

from dataclasses import dataclass

from hub.contract.media import PAPERS

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """Files of one sort (spec CI-CLM-49: 5 MB each)."""

    code: str  # one of the kind's documents
    required: bool = False
    types: frozenset[str] = PAPERS
    file_bytes: int = 5 * MIB
    described: bool = False  # whether the enterprise says what each file is: 摘要 and 备注 (CI-CLM-48)
