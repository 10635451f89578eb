"""Publishing is one swap: the old site or the new one, never a mixture, never none."""

import json
from pathlib import Path

import pytest

from flows.publish.swap import exchange_folders, finish_swap, swap_in


def make(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.html").write_text(content)
    return folder


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def cannot_exchange(first: Path, second: Path) -> bool:
    return False


@pytest.mark.parametrize("exchange", [None, cannot_exchange], ids=["exchange", "journal"])
def test_a_new_site_takes_the_place_of_the_old_one_and_leaves_nothing_beside_it(tmp_path: Path, exchange) -> None:  # type: ignore[no-untyped-def]
    site, out = make(tmp_path / "site", index="old", gone="x"), make(tmp_path / "out", index="new")
    assert swap_in(out, site, exchange) is True
    assert content(site) == {"index.html": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_first_site_is_moved_in(tmp_path: Path) -> None:
    assert swap_in(make(tmp_path / "out", index="new"), tmp_path / "site") is True
    assert content(tmp_path / "site") == {"index.html": "new"}


def test_an_identical_site_is_left_untouched(tmp_path: Path) -> None:
    site, out = make(tmp_path / "site", index="same"), make(tmp_path / "out", index="same")
    before = (site / "index.html").stat()
    assert swap_in(out, site) is False
    after = (site / "index.html").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert not out.exists()


def test_a_file_too_many_in_the_old_site_is_a_change(tmp_path: Path) -> None:
    site, out = make(tmp_path / "site", index="same", gone="x"), make(tmp_path / "out", index="same")
    assert swap_in(out, site) is True
    assert content(site) == {"index.html": "same"}


def test_this_system_exchanges_two_folders_in_one_step(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a", index="a"), make(tmp_path / "b", index="b")
    if not exchange_folders(first, second):
        pytest.skip("this file system cannot exchange folders")
    assert (content(first), content(second)) == ({"index.html": "b"}, {"index.html": "a"})


def interrupted(tmp_path: Path, *, after_renames: int) -> Path:
    """A swap by journal that was cut off after so many of its two renames."""
    site, out = make(tmp_path / "site", index="old"), make(tmp_path / "out", index="new")
    (tmp_path / ".site.swap.json").write_text(json.dumps({"incoming": "out"}))
    if after_renames >= 1:
        site.rename(tmp_path / ".site.previous")
    if after_renames == 2:
        out.rename(site)
    return site


@pytest.mark.parametrize(("after_renames", "shown"), [(0, "old"), (1, "new"), (2, "new")])
def test_a_swap_cut_off_at_any_point_ends_with_one_whole_site(tmp_path: Path, after_renames: int, shown: str) -> None:
    site = interrupted(tmp_path, after_renames=after_renames)
    finish_swap(site)
    assert content(site) == {"index.html": shown}
    assert not (tmp_path / ".site.swap.json").exists()
    assert not (tmp_path / ".site.previous").exists()


def test_the_old_site_comes_back_when_the_new_one_is_lost_half_way(tmp_path: Path) -> None:
    site = interrupted(tmp_path, after_renames=1)
    (tmp_path / "out" / "index.html").unlink()
    (tmp_path / "out").rmdir()
    finish_swap(site)
    assert content(site) == {"index.html": "old"}


def test_the_next_swap_finishes_the_one_before(tmp_path: Path) -> None:
    site = interrupted(tmp_path, after_renames=1)
    assert swap_in(make(tmp_path / "newer", index="newest"), site, cannot_exchange) is True
    assert content(site) == {"index.html": "newest"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
