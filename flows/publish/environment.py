"""The one home of Jinja2: strict templates, named filters, and the content security policy of every page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import jinja2
from markupsafe import Markup

from flows.publish.charts import explore
from flows.publish.script_words import script_words
from transforms import language

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "site_templates"

# Runs before the style sheet paints, so that a chosen theme does not flash. Its hash stands in the policy below.
THEME_SCRIPT: Final = (
    'try{var t=localStorage.getItem("tenfour:theme");'
    'if(t)document.documentElement.dataset.theme=t}catch(e){}document.documentElement.classList.add("js")'
)


def source_hash(text: str) -> str:
    """The hash by which a content security policy allows an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def content_policy(style: str = "'self'") -> str:
    """Nothing but the site's own files, and the theme script by its hash; works on file:// too."""
    return (
        f"default-src 'none'; script-src 'self' '{source_hash(THEME_SCRIPT)}'; style-src {style}; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'"
    )


def make_environment(chart: Callable[[Mapping[str, Any]], str]) -> jinja2.Environment:
    """Templates that fail on an unknown name and escape everything.

    `chart` turns a figure into inline SVG; it is the filter `chart`.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["chart"] = lambda figure: Markup(chart(figure))  # noqa: S704 - SVG made by our own charts
    environment.filters["explored"] = _explored
    environment.globals["_"] = _said
    environment.globals["ngettext"] = _counted
    environment.globals["script_words"] = lambda script: _attribute(script_words(script))
    environment.globals["theme_script"] = Markup(THEME_SCRIPT)  # noqa: S704 - a constant of this module
    environment.globals["content_policy"] = content_policy()
    environment.globals["style_policy"] = lambda style: content_policy(f"'{source_hash(style)}'")
    return environment


def _said(message: str, **values: object) -> Markup:
    """A message of a template, whose markup is ours or the catalogue's; what fills its places is escaped."""
    said = Markup(language._(message))  # noqa: S704 - a message of the project, checked for its markup
    return said.format(**values) if values else said


def _counted(one: str, many: str, count: int, **values: object) -> Markup:
    said = Markup(language.tied_count(language.form(one, many, count)))  # noqa: S704 - as above
    return said.format(n=language.decimal(count, 0), **values)


def _explored(figure: Mapping[str, Any]) -> Markup | None:
    """What an explored chart needs besides the figure's table, as JSON for an attribute in single quotes."""
    part = explore.part(figure)
    if part is None:
        return None
    return _attribute(part)


def _attribute(value: Mapping[str, Any]) -> Markup:
    """A value as JSON for an attribute in single quotes."""
    return jinja2.utils.htmlsafe_json_dumps(value, separators=(",", ":"), ensure_ascii=False)


def render(environment: jinja2.Environment, template: str, page: Mapping[str, Any], frame: Mapping[str, Any]) -> str:
    """One page. `page` is its own view, `frame` what all pages share (navigation, footer, assets)."""
    return environment.get_template(template).render(page=page, frame=frame, root=frame["root"])
