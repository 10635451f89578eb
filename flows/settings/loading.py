"""Reads the config file and the environment, once, with every error at once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.errors import ConfigError
from flows.settings.checks import checked
from flows.settings.connections import Connections, read_connections
from flows.settings.editions import Edition, editions_of, managers_folder
from flows.settings.languages import read_language
from flows.settings.model import TeamConfig
from flows.settings.set_aside import CONFIG_FILE, SetAside
from transforms.language import ENGLISH, Language

_CHECK_AGAIN = "Check again with: tenfour config check"


@dataclass(frozen=True)
class Settings:
    """Everything a command needs to know that is not data.

    `config` is without what is set aside: schedules of single engineers that contradict themselves.
    `managers_dir` is None where no managers' edition is built.
    """

    config: TeamConfig
    config_path: Path
    data_dir: Path
    site_dir: Path
    connections: Connections
    set_aside: tuple[SetAside, ...] = ()
    managers_dir: Path | None = None
    language: Language = ENGLISH

    @property
    def editions(self) -> tuple[Edition, ...]:
        """What a publish builds; everyone's edition comes first."""
        return editions_of(self.config.publishing, self.site_dir, self.managers_dir)

    @property
    def is_sample(self) -> bool:
        """No connection is set, and the config has not left sample mode: the embedded story is told."""
        return self.config.sample.enabled and self.connections.is_empty

    @property
    def config_hash(self) -> str:
        """Tells whether two runs used the same config, defaults and what was set aside included."""
        content = self.config.model_dump(mode="json", by_alias=True)
        if self.set_aside:
            content["set_aside"] = [found.as_json() for found in self.set_aside]
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    @property
    def vibes_dir(self) -> Path:
        return self.data_dir / Path(self.config.sources.vibes.folder).expanduser()


def load_settings(environ: Mapping[str, str], root: Path | None = None) -> Settings:
    """Config and environment as one frozen object.

    `root` is the project folder that holds `config/`, `data/` and `site/` (default: the current one);
    TENFOUR_CONFIG (folder or file), TENFOUR_DATA and TENFOUR_SITE move them.
    Errors: ConfigError with every finding of file and environment.
    """
    root = root or Path.cwd()
    config_path = _config_path(environ, root)
    connections, findings = read_connections(environ)
    try:
        loaded = load_config(config_path)
    except ConfigError as error:
        findings = [*error.findings, *findings]
        raise ConfigError(error.summary, findings, error.advice) from None
    if findings:
        raise ConfigError(_count(findings, "the environment"), findings, "Nothing was run.")
    data_dir = _folder(environ, "TENFOUR_DATA", root / "data")
    site_dir = _folder(environ, "TENFOUR_SITE", root / "site")
    kept = {"the data folder": data_dir, "the config": config_path.parent}
    return Settings(
        config=loaded.config,
        config_path=config_path,
        data_dir=data_dir,
        site_dir=site_dir,
        connections=connections,
        set_aside=loaded.set_aside,
        managers_dir=managers_folder(loaded.config.publishing, root, site_dir, kept),
        language=read_language(loaded.config.publishing.locale),
    )


@dataclass(frozen=True)
class LoadedConfig:
    """What a run can use of a config file, and the findings that it sets aside."""

    config: TeamConfig
    set_aside: tuple[SetAside, ...]


def load_config(path: Path) -> LoadedConfig:
    """One config file, checked.

    Errors: ConfigError with every finding, if one of them stops every run; the place of the mistake when it is not JSON
        at all. Findings about the schedule of single engineers stop none: they are set aside.
    """
    found = checked(_parse(_read(path), path))
    if found.config is None:
        summary = _count(found.lines, str(path))
        if found.set_aside:
            stop = "stops" if found.n_stopping == 1 else "stop"
            summary += f": {found.n_stopping} of them {stop} every run, {len(found.set_aside)} would be set aside"
        raise ConfigError(summary, found.lines, f"Nothing was run. {_CHECK_AGAIN}")
    return LoadedConfig(found.config, found.set_aside)


def refuse_what_is_set_aside(settings: Settings) -> None:
    """For who wants to know before a run does.

    Errors: ConfigError with everything that a run would set aside.
    """
    lines = [found.as_line() for found in settings.set_aside]
    if lines:
        raise ConfigError(
            f"{_count(lines, str(settings.config_path))}: a run goes on without what is set aside, and lists it under "
            "data quality",
            lines,
            _CHECK_AGAIN,
        )


def _config_path(environ: Mapping[str, str], root: Path) -> Path:
    path = _folder(environ, "TENFOUR_CONFIG", root / "config")
    return path if path.suffix == ".json" else path / CONFIG_FILE


def _folder(environ: Mapping[str, str], name: str, default: Path) -> Path:
    value = environ.get(name, "").strip()
    return Path(value).expanduser().absolute() if value else default


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no config file",
            advice="Run the command in the project folder, name the config with TENFOUR_CONFIG, "
            "or start a new project with: tenfour init FOLDER",
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: not UTF-8 text (byte {error.start + 1})", advice="Save it as UTF-8 in your editor."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _parse(text: str, path: Path) -> dict[str, object]:
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        repeated.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(pairs)

    try:
        raw = json.loads(text, object_pairs_hook=unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{path}: line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}",
            advice="JSON has no comments and no comma before a closing bracket; texts stand in double quotes.",
        ) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid JSON: {error}") from None
    if repeated:
        raise ConfigError(f"{path}: keys given twice in the same place: {', '.join(repeated)}", advice="Keep one.")
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: expected an object {{...}} with the sections of the config")
    raw.pop("$schema", None)
    return raw


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number")


def _count(findings: list[str], what: str) -> str:
    return f"{what}: {len(findings)} problem{'s' if len(findings) != 1 else ''}"
