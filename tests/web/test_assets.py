"""The pages' own files: asked for once, and anew when one of them has changed."""

import re
from pathlib import Path

from tests.web.world import Browser
from web.assets import version_of


def test_a_browser_may_keep_every_file_that_a_page_names(user: Browser) -> None:
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', user.get("/").text))
    answers = [user.get(path) for path in named]

    assert {path.rpartition("/")[2] for path in named} >= {"app.css", "main.js", "icons.svg"}
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, max-age=31536000, immutable"}


def test_a_page_of_another_version_gets_todays_files_and_asks_again(user: Browser) -> None:
    today, other = (user.get(f"/static/{version}js/main.js") for version in ("", "v-0123456789abcdef/"))

    assert other.data == today.data
    assert [answer.headers["Cache-Control"] for answer in (today, other)] == ["no-cache", "no-cache"]
    assert user.get("/static/v-0123456789abcdef/js/nothing.js").status_code == 404


def test_the_address_is_another_as_soon_as_one_file_is(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "same", "changed", "renamed")]
    for folder, name, content in zip(folders, ("a.js", "a.js", "a.js", "b.js"), "1121", strict=True):
        folder.mkdir()
        (folder / name).write_text(content, encoding="utf-8")
    first, same, changed, renamed = map(version_of, folders)

    assert first == same
    assert len({first, changed, renamed}) == 3
