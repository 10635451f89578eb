"""Style sheets, scripts and icon: joined, named by their content, written once."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flows.publish.charts import explore
from flows.publish.environment import TEMPLATES

_SOURCES: Final = TEMPLATES / "assets"


def bundle() -> dict[str, bytes]:
    """Path below the site's root -> content, of every asset but the favicon."""
    named = {hashed_name(stem, "css", text): text for stem, text in _sheets().items()}
    for path in (_SOURCES / "js").glob("*.js"):
        text = compact_script(path.read_text(encoding="utf-8"))
        named[hashed_name(path.stem, "js", text)] = text
    script, licences = explore.library()
    library = hashed_name("vega", "js", script)
    named |= {library: script, f"{library.removesuffix('js')}txt": licences}
    return {name: text.encode() for name, text in sorted(named.items())}


def _sheets() -> dict[str, str]:
    """`site`, of all pages, and one more for each family of pages that needs its own."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((_SOURCES / "css").glob("*.css"))}
    # The numbered files are the sheet of all pages, in the order of the cascade: tokens first, print last.
    shared = "\n".join(text for stem, text in texts.items() if stem[0].isdigit())
    families = {stem: text for stem, text in texts.items() if not stem[0].isdigit()}
    return {stem: compact(text) for stem, text in {"site": shared, **families}.items()}


def asset_names(files: Mapping[str, bytes]) -> dict[str, str]:
    """What templates call an asset -> its path.

    `css` the sheet and `js` the script of all pages, `forms_css` the sheet of a family, `input` a page's own script.
    `vega` is loaded by `explore`, and links its licences itself.
    """
    names = {}
    for path in files:
        stem, _, suffix = Path(path).name.split(".")
        own = stem if suffix == "js" else f"{stem}_{suffix}"
        names[suffix if stem == "site" else own] = path
    return names


def compact(css: str) -> str:
    """Without comments and the blanks that only a reader of the source needs."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


def compact_script(script: str) -> str:
    """Without indentation, empty lines and lines that are a comment. No string of ours goes over more than one line."""
    lines = (line.strip() for line in script.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def hashed_name(stem: str, suffix: str, text: str) -> str:
    """`assets/site.3f2a9c0b1d.css`: a new content gets a new name, so a cache never shows the old one."""
    return f"assets/{stem}.{hashlib.sha256(text.encode()).hexdigest()[:10]}.{suffix}"


def favicon() -> bytes:
    return (_SOURCES / "favicon.svg").read_bytes()
