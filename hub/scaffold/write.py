"""The files of a plan on the disk: a new folder, whole or not at all."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hub.contract.text import Text
from hub.scaffold.names import ScaffoldError


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Make ``folder`` with ``files``. Raises ScaffoldError when it is there already or cannot be made."""
    if folder.exists():
        raise ScaffoldError(
            Text(f"{folder} 已存在，不会覆盖；请换一个名称或目录", f"{folder} exists: choose another slug or folder")
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for path, content in files.items():
                place = draft / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
            draft.chmod(0o755)
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise ScaffoldError(Text(f"无法写入 {folder}：{error.strerror}", f"{folder}: {error.strerror}")) from error
