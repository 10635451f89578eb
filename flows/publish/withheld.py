"""What an edition must not hold: texts for managers only, accounts of vendors, and names where people are not named.

The one list of it. What was published and may no longer be is taken out by it (`withdrawn`), and the last look at a
finished edition goes by it (`privacy`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from flows.publish.data import SiteData
from transforms.language import N_

if TYPE_CHECKING:
    from flows.publish.views.people import People
    from flows.settings import TeamConfig

ACCOUNT: Final = N_("an account")
# A shorter text ("on leave") may well stand on the site for another reason; it is withheld where it is a whole note.
_LONG_TEXT: Final = 20
_SHORTEST_ACCOUNT: Final = 5


class Needles:
    """Many texts to look for in many others, as whole words; upper and lower case, and kinds of blanks, are one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_word: dict[str, list[tuple[str, re.Pattern[str]]]] = defaultdict(list)
        for text in sorted(set(texts)):
            words = sorted(_words(text), key=lambda word: (len(word), word))
            if words:
                # A text without its longest word is not looked through for the rest.
                self._by_word[words[-1]].append((text, _pattern(text)))

    def found_in(self, text: str) -> list[str]:
        """Those that stand in the text."""
        return [needle for needle, pattern in self._candidates(text) if pattern.search(text)]

    def replaced(self, text: str, by: str) -> str:
        """The text with something else in their places."""
        for _, pattern in self._candidates(text):
            text = pattern.sub(lambda _: by, text)
        return text

    def _candidates(self, text: str) -> list[tuple[str, re.Pattern[str]]]:
        if not self._by_word:
            return []
        return [entry for word in self._by_word.keys() & _words(text) for entry in self._by_word[word]]


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"\w+", text)}


def _pattern(text: str) -> re.Pattern[str]:
    words = text.split()
    start, end = (r"(?<!\w)" if words[0][0].isalnum() else ""), (r"(?!\w)" if words[-1][-1].isalnum() else "")
    return re.compile(start + r"\s+".join(map(re.escape, words)) + end, re.IGNORECASE)


@dataclass(frozen=True)
class Withheld:
    """What one edition must not hold.

    `texts_of` are the texts for managers only by the part of the address that stands for the engineer; `texts` are the
    long ones among them. `names` are whole names, `ids` what stands for a person in addresses and files.
    """

    texts_of: Mapping[str, frozenset[str]]
    texts: frozenset[str]
    accounts: frozenset[str]
    names: frozenset[str]
    ids: frozenset[str]


def withheld(data: SiteData, people: People) -> Withheld:
    """What the edition of `data` must not hold. `data` as stored, before anything was left out."""
    config = data.settings.config
    texts_of, texts = ({}, frozenset[str]()) if data.edition.is_for_managers else _private_texts(data, people)
    named = frozenset[str]() if people.are_named else _whole_names(config)
    ids = set[str]() if people.are_named else {one.id for one in config.engineers} | {one.id for one in config.managers}
    # What everybody is told anyway, a person may be named like.
    told = {*people.slugs.values(), *(team.id for team in config.teams)}
    return Withheld(
        texts_of=texts_of,
        texts=texts,
        accounts=frozenset() if data.edition.is_for_managers else accounts(config),
        names=frozenset(name for name in named if " " in name),
        ids=frozenset(ids | {name for name in named if " " not in name}) - told,
    )


def accounts(config: TeamConfig) -> frozenset[str]:
    """What vendors call the engineers; not a plain word, which may be anything, and not what the site calls them."""
    told = {name for engineer in config.engineers for name in (engineer.id, engineer.name)}
    found = {
        account
        for engineer in config.engineers
        for account in (engineer.jira_account_id, engineer.pagerduty_user_id, engineer.alertops_user_name)
        if account is not None and len(account) >= _SHORTEST_ACCOUNT and not account.isalpha()
    }
    return frozenset(found - told)


def _whole_names(config: TeamConfig) -> frozenset[str]:
    """Names of the roster, but of who is named on purpose: as the contact, or in the name of a team."""
    organisation = config.organisation
    public = [config.publishing.title, organisation.name, organisation.correction_contact]
    on_purpose = " ".join([*public, *(team.name for team in config.teams)]).lower()
    names = [one.name for one in config.engineers] + [one.name for one in config.managers]
    return frozenset(name for name in (" ".join(name.split()) for name in names) if name.lower() not in on_purpose)


def _private_texts(data: SiteData, people: People) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """Texts for managers only, by engineer; and of all the long ones that nobody wrote for everyone as well."""
    rows = pd.concat(
        [
            data.tables[table][["engineer_id", "visibility", column]].set_axis(["who", "visibility", "text"], axis=1)
            for table, column in (("vibes", "note"), ("manager_decisions", "why"))
        ]
    ).dropna(subset="text")
    told: dict[str, set[str]] = defaultdict(set)
    private: dict[str, set[str]] = defaultdict(set)
    for row in rows.itertuples():
        kept = told if row.visibility == "everyone" else private
        kept[people.slugs.get(str(row.who), str(row.who))] |= {str(row.text), people.worded(str(row.text))}
    texts_of = {who: frozenset(texts - told[who]) for who, texts in private.items()}
    long = {text for texts in texts_of.values() for text in texts if len(text.strip()) >= _LONG_TEXT}
    public = Needles(long)
    also_told = {needle for texts in told.values() for text in texts for needle in public.found_in(text)}
    return texts_of, frozenset(long - also_told)
