"""Style sheet, scripts and icon: joined, named by their content, written once."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from flows.publish.environment import TEMPLATES

_SOURCES: Final = TEMPLATES / "assets"


def bundle() -> dict[str, bytes]:
    """Path below the site's root -> content, of every asset but the favicon."""
    # The files are numbered in the order of the cascade: tokens first, print last.
    css = compact("\n".join(path.read_text(encoding="utf-8") for path in sorted((_SOURCES / "css").glob("*.css"))))
    scripts = {path.stem: path.read_text(encoding="utf-8") for path in (_SOURCES / "js").glob("*.js")}
    named = {hashed_name("site", "css", css): css}
    named |= {hashed_name(stem, "js", text): text for stem, text in scripts.items()}
    return {name: text.encode() for name, text in sorted(named.items())}


def asset_names(files: Mapping[str, bytes]) -> dict[str, str]:
    """What templates call an asset -> its path: `css` the style sheet, `js` the script of all pages, `input` ..."""
    names = {Path(path).name.split(".")[0] + Path(path).suffix: path for path in files}
    scripts = {key.removesuffix(".js"): path for key, path in names.items() if key.endswith(".js")}
    return {"css": names["site.css"], "js": scripts.pop("site"), **scripts}


def compact(css: str) -> str:
    """Without comments and the blanks that only a reader of the source needs; one rule a line."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css).replace(": ", ":").replace(";}", "}")
    return css.replace("}", "}\n").strip() + "\n"


def hashed_name(stem: str, suffix: str, text: str) -> str:
    """`assets/site.3f2a9c0b1d.css`: a new content gets a new name, so a cache never shows the old one."""
    return f"assets/{stem}.{hashlib.sha256(text.encode()).hexdigest()[:10]}.{suffix}"


def favicon() -> bytes:
    return (_SOURCES / "favicon.svg").read_bytes()
