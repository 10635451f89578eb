"""What was published and may no longer be: a note that its manager made one for managers only, weeks later.

Weeks and months are archives, but not of what somebody took back. It is taken out of them, and they say so.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from markupsafe import escape

from flows.publish.withheld import ACCOUNT, Needles, Withheld
from transforms.language import N_, _, ngettext

WITHDRAWN: Final = N_("(A note stood here and was withdrawn.)")
_ENTRY: Final = re.compile(r"<li>(?:(?!</li>).)*</li>", re.DOTALL)
_QUOTE: Final = re.compile(r"<q>(.*?)</q>", re.DOTALL)
_HREF: Final = re.compile(r"engineers/([^/\"]+)/index\.html")
_REVISIONS: Final = re.compile(r'<section aria-labelledby="revisions">\n<h2 id="revisions">[^<]*</h2>\n<ul>\n')


def without(view: Mapping[str, Any], hidden: Withheld) -> dict[str, Any]:
    """The stored view of a week, without what its edition may no longer hold."""
    told: dict[str, Any] = _walked(view, hidden, Needles(hidden.texts), Needles(hidden.accounts))
    return told


def _walked(part: Any, hidden: Withheld, texts: Needles, accounts: Needles) -> Any:
    if isinstance(part, str):
        return accounts.replaced(texts.replaced(part, _(WITHDRAWN)), _(ACCOUNT))
    if isinstance(part, list):
        return [_walked(one, hidden, texts, accounts) for one in part]
    if isinstance(part, dict):
        mended = _without_own(part, hidden)
        return {key: _walked(value, hidden, texts, accounts) for key, value in mended.items()}
    return part


def _without_own(entry: dict[str, Any], hidden: Withheld) -> dict[str, Any]:
    """An entry about an engineer (it links to the page) without notes of that engineer, however short they are."""
    who, note = _HREF.search(str(entry.get("href", ""))), entry.get("note")
    private = hidden.texts_of.get(who[1], frozenset()) if who else frozenset()
    if not private or not isinstance(note, dict):
        return entry
    # The notes of several managers stand in one text, see `cards.newest_note`.
    parts = [_(WITHDRAWN) if text in private else text for text in str(note["text"]).split(" / ")]
    whole = [_(WITHDRAWN)] if note["text"] in private else parts
    return {**entry, "note": {**note, "text": " / ".join(whole)}}


def revised(page: str, hidden: Withheld, as_of: str) -> str:
    """The page of a frozen month without what its edition may no longer hold, and with that among its revisions.

    As it is where nothing has to go. All else keeps its bytes.
    """
    count = 0

    def entry_without(match: re.Match[str]) -> str:
        nonlocal count
        who = _HREF.search(match[0])
        private = {str(escape(text)) for text in hidden.texts_of.get(who[1], ())} if who else set[str]()
        told = _QUOTE.sub(lambda quote: _(WITHDRAWN) if quote[1] in private else quote[0], match[0])
        count += told != match[0]
        return told

    text = _ENTRY.sub(entry_without, page)
    for needle in Needles(str(escape(one)) for one in hidden.texts).found_in(text):
        count += 1
        text = Needles([needle]).replaced(text, _(WITHDRAWN))
    sentence = ngettext(
        "As of {day}: a note was withdrawn.", "As of {day}: {n} notes were withdrawn.", count, day=as_of
    )
    return _with_revision(text, sentence) if count else page


def _with_revision(page: str, sentence: str) -> str:
    line = f"<li>{escape(sentence)}</li>\n"
    if there := _REVISIONS.search(page):
        return f"{page[: there.end()]}{line}{page[there.end() :]}"
    head = f'<section aria-labelledby="revisions">\n<h2 id="revisions">{escape(_("Revisions"))}</h2>\n<ul>\n'
    return page.replace("</main>", f"{head}{line}</ul>\n</section>\n</main>")
