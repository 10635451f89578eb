"""Puts a finished site in the place of the published one: readers see the old one or the new, never a mixture."""

import ctypes
import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
# What renameat2 says where the kernel, the file system or the C library cannot exchange two folders.
_CANNOT_EXCHANGE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})


def swap_in(out: Path, site: Path, exchange: Callable[[Path, Path], bool] | None = None) -> bool:
    """Publish the folder `out` as `site`; both must lie on one file system. `out` is gone afterwards.

    False, and `site` untouched, where both hold the same files with the same bytes.
    """
    finish_swap(site)
    if not site.exists():
        out.rename(site)
        return True
    if _same_tree(out, site):
        shutil.rmtree(out)
        return False
    if (exchange or exchange_folders)(out, site):
        shutil.rmtree(out)
    else:
        _swap_by_journal(out, site)
    return True


def finish_swap(site: Path) -> None:
    """Finish or undo a swap that was cut off half-way; nothing to do where there was none."""
    journal, previous = _journal(site), _previous(site)
    if not journal.exists():
        return
    incoming = site.with_name(json.loads(journal.read_text())["incoming"])
    if not site.exists():
        # Only checked folders get this far, so the new one may go in; without it the old one comes back.
        (incoming if incoming.exists() else previous).rename(site)
    if previous.exists():
        shutil.rmtree(previous)
    journal.unlink()


def exchange_folders(first: Path, second: Path) -> bool:
    """Let two folders change names in one step; False where the system cannot."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if renameat2 is None:
        return False
    if renameat2(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(second))


def _swap_by_journal(out: Path, site: Path) -> None:
    """Two renames, announced in a journal first: `finish_swap` knows from any point how to go on."""
    journal, previous = _journal(site), _previous(site)
    with journal.open("w") as stream:
        json.dump({"incoming": out.name}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    site.rename(previous)
    out.rename(site)
    shutil.rmtree(previous)
    journal.unlink()


def _journal(site: Path) -> Path:
    return site.with_name(f".{site.name}.swap.json")


def _previous(site: Path) -> Path:
    return site.with_name(f".{site.name}.previous")


def _same_tree(first: Path, second: Path) -> bool:
    files = _files(first)
    return files == _files(second) and all(
        (first / name).read_bytes() == (second / name).read_bytes() for name in files
    )


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
