"""The editions of the site: who each is for, where it goes and how it shows people."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from flows.errors import ConfigError
from flows.settings.model import PeopleShown, Publishing

EditionName = Literal["everyone", "managers"]
_PLACE: Final = "publishing.managers_edition.folder"


@dataclass(frozen=True)
class Edition:
    """One edition. `base_url` is the address at which it is hosted, where the config says one."""

    name: EditionName
    folder: Path
    people: PeopleShown
    base_url: str | None
    may_be_listed: bool  # by search engines

    @property
    def is_for_managers(self) -> bool:
        """Whether what managers wrote for managers only may stand in it."""
        return self.name == "managers"


def editions_of(publishing: Publishing, site_dir: Path, managers_dir: Path | None) -> tuple[Edition, ...]:
    """The editions that a run builds; everyone's comes first."""
    everyone = Edition("everyone", site_dir, publishing.people, publishing.base_url, publishing.public)
    if managers_dir is None:
        return (everyone,)
    own = publishing.managers_edition
    return everyone, Edition("managers", managers_dir, own.people, own.base_url, may_be_listed=False)


def edition_named(name: EditionName, editions: tuple[Edition, ...]) -> Edition:
    """The edition of that name.

    Errors: ConfigError for an edition that is not switched on.
    """
    for edition in editions:
        if edition.name == name:
            return edition
    raise ConfigError(
        f"The {name}' edition is off, so there is nothing of it to show.",
        advice="Switch it on in the config (publishing.managers_edition.enabled), then run: tenfour weekly",
    )


def managers_folder(publishing: Publishing, root: Path, site_dir: Path, kept: dict[str, Path]) -> Path | None:
    """Where the managers' edition goes; None where it is off.

    A publish puts a new folder in the place of the old one, so it must be a folder of its own. `kept` names further
    folders of the project that it may neither hold nor lie in.
    Errors: ConfigError if it is none.
    """
    if not publishing.managers_edition.enabled:
        return None
    folder = root / Path(publishing.managers_edition.folder).expanduser()
    for what, other in ({"the everyone edition": site_dir} | kept).items():
        clash = _clash(folder, other)
        if clash:
            raise ConfigError(
                f"{_PLACE}: {folder} {clash} {what} ({other}); expected a folder of its own, apart from it. "
                "Nothing was run",
                advice='Name another one, for example "site-managers".',
            )
    if _is_of_others(folder):
        raise ConfigError(
            f"{_PLACE}: {folder} holds files that are not an edition of this site; a publish would replace them. "
            "Nothing was run",
            advice="Name a new or empty folder.",
        )
    return folder


def _clash(folder: Path, other: Path) -> str:
    """How two folders stand in each other's way; empty where they do not."""
    ours, theirs = _parts(folder), _parts(other)
    if ours == theirs:
        return "is also"
    if ours[: len(theirs)] == theirs:
        return "lies inside"
    return "holds" if theirs[: len(ours)] == ours else ""


def _parts(folder: Path) -> tuple[str, ...]:
    # Some file systems take `Site` for `site`: a folder that differs by case alone is the same one.
    return tuple(part.casefold() for part in folder.resolve().parts)


def _is_of_others(folder: Path) -> bool:
    if not folder.exists():
        return False
    return not folder.is_dir() or (any(folder.iterdir()) and not (folder / "index.json").is_file())
