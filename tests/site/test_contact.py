"""Whom to tell of something wrong: at the foot of every page, and beside the status of an engineer."""

import re
from dataclasses import replace
from functools import cache

import pytest

from flows.publish.data import SiteData
from flows.publish.views import alerts, engineers
from flows.publish.views.book import open_book
from flows.publish.views.shared import mail_link
from tests.builders.rendering import html_of, page_at
from tests.builders.site_data import site_data


@cache
def data_with(contact: str) -> SiteData:
    data = site_data()
    config = data.settings.config
    organisation = config.organisation.model_copy(update={"correction_contact": contact})
    named = config.model_copy(update={"organisation": organisation})
    return replace(data, settings=replace(data.settings, config=named))


def parts(contact: str, path: str) -> tuple[str, str]:
    """The status of the page, and its foot."""
    data = data_with(contact)
    book = open_book(data)
    html = html_of(data, page_at([*engineers.pages(book), *alerts.pages(book)], path))
    status = re.search(r'<section class="box verdict.*?</section>', html, re.DOTALL)
    return status[0] if status else "", html[html.index("<footer") :]


@pytest.mark.parametrize(
    ("contact", "href"),
    [
        ("people@meridian.example", "mailto:people@meridian.example"),
        ("o'neil+4x10@meridian.example", "mailto:o%27neil%2B4x10@meridian.example"),
        ("a?cc=b@meridian.example", "mailto:a%3Fcc%3Db@meridian.example"),
        ("Nadia Rahman, room 4", ""),
        ("@people-team", ""),
        ("nadia@meridian.example or room 4", ""),
    ],
)
def test_only_an_address_of_mail_is_a_link(contact: str, href: str):
    assert mail_link(contact) == href


def test_an_address_is_a_link_beside_the_status_and_at_the_foot():
    status, foot = parts("people@meridian.example", "engineers/ana/index.html")
    link = '<a href="mailto:people@meridian.example">people@meridian.example</a>'
    assert f"Something wrong here? Write to {link}." in status
    assert f"<li>Something wrong? {link}</li>" in foot


def test_any_other_contact_is_told_as_it_is():
    status, foot = parts("Nadia & co., room 4", "engineers/ana/index.html")
    assert "Something wrong here? Write to Nadia &amp; co., room 4." in status
    assert "<li>Something wrong? Nadia &amp; co., room 4</li>" in foot


def test_other_pages_have_it_at_the_foot_only():
    status, foot = parts("people@meridian.example", "alerts/index.html")
    assert status == ""
    assert foot.count("Something wrong?") == 1
