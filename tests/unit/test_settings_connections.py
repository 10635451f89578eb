"""Addresses and secrets from the environment."""

import pytest

from flows.settings.connections import Connections, read_connections

JIRA = {
    "TENFOUR_JIRA_URL": "https://api.example.com/ex/jira/42/",
    "TENFOUR_JIRA_EMAIL": "bot@example.com",
    "TENFOUR_JIRA_TOKEN": "s3cret",
}


def test_without_variables_nothing_is_connected() -> None:
    assert read_connections({"PATH": "/bin", "TENFOUR_JIRA_URL": "  "}) == (Connections(), [])


def test_an_address_keeps_its_path_prefix_and_loses_the_last_slash() -> None:
    connections, findings = read_connections(JIRA)
    assert findings == []
    assert connections.jira is not None
    assert connections.jira.base_url == "https://api.example.com/ex/jira/42"
    assert connections.jira.email == "bot@example.com"
    assert connections.jira.token.get_secret_value() == "s3cret"
    assert connections.pagerduty is None
    assert not connections.is_empty


def test_a_secret_is_in_no_representation() -> None:
    connections, _ = read_connections(JIRA)
    assert "s3cret" not in f"{connections!r} {connections}"


def test_every_source_has_its_variables() -> None:
    environ = {
        "TENFOUR_TEMPO_URL": "https://api.tempo.io/4",
        "TENFOUR_TEMPO_TOKEN": "a",
        "TENFOUR_PAGERDUTY_URL": "https://api.pagerduty.com",
        "TENFOUR_PAGERDUTY_TOKEN": "b",
        "TENFOUR_ALERTOPS_URL": "https://api.alertops.com",
        "TENFOUR_ALERTOPS_KEY": "c",
    }
    connections, findings = read_connections(environ)
    assert findings == []
    assert connections.tempo
    assert connections.pagerduty
    assert connections.alertops


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"TENFOUR_JIRA_URL": "https://j.example"}, "TENFOUR_JIRA_TOKEN: not set, but TENFOUR_JIRA_URL is"),
        ({"TENFOUR_PAGERDUTY_TOKEN": "s3cret"}, "TENFOUR_PAGERDUTY_URL: not set, but TENFOUR_PAGERDUTY_TOKEN is"),
        ({"TENFOUR_JIRA_URL": "http://jira.corp"}, "a token is not sent over plain http to jira.corp; use https"),
        ({"TENFOUR_JIRA_URL": "jira.corp"}, "is not a web address"),
        ({"TENFOUR_JIRA_URL": "ftp://jira.corp"}, "is not a web address"),
        ({"TENFOUR_JIRA_URL": "https://jira.corp:port"}, "not an address"),
        ({"TENFOUR_JIRA_URL": "https://me:s3cret@jira.corp"}, "holds a user name or password"),
        ({"TENFOUR_JIRA_URL": "https://jira.corp?x=s3cret"}, 'has a "?" or "#" part'),
        (
            {"TENFOUR_JIRA_URL": "https://j.example", "TENFOUR_JIRA_TOKEN": "s3cret 2"},
            "TENFOUR_JIRA_TOKEN: holds blanks",
        ),
        ({"TENFOUR_JIRA_TOEKN": "s3cret"}, 'did you mean "TENFOUR_JIRA_TOKEN"?'),
    ],
)
def test_what_cannot_be_used_is_refused_without_showing_a_secret(environ: dict[str, str], says: str) -> None:
    connections, findings = read_connections(environ)
    assert connections.is_empty
    assert says in "\n".join(findings)
    assert "s3cret" not in "\n".join(findings)


@pytest.mark.parametrize("host", ["127.0.0.1:8411", "localhost:8411", "[::1]:8411", "127.9.9.9"])
def test_plain_http_is_for_this_machine_only(host: str) -> None:
    connections, findings = read_connections({"TENFOUR_JIRA_URL": f"http://{host}/x", "TENFOUR_JIRA_TOKEN": "t"})
    assert findings == []
    assert connections.jira


def test_other_variables_of_tenfour_are_left_alone() -> None:
    assert read_connections({"TENFOUR_CI": "1"}) == (Connections(), [])


def test_whom_to_tell_is_a_list_of_addresses_and_no_source() -> None:
    connections, findings = read_connections({"TENFOUR_NOTIFY_URLS": " json://hook/s3cret\n mailto://a:s3cret@b.c "})
    assert findings == []
    assert [url.get_secret_value() for url in connections.notify_urls] == [
        "json://hook/s3cret",
        "mailto://a:s3cret@b.c",
    ]
    assert connections.is_empty
    assert "s3cret" not in repr(connections)


def test_an_address_that_is_none_is_refused_by_its_place() -> None:
    _, findings = read_connections({"TENFOUR_NOTIFY_URLS": "json://hook s3cret"})
    assert len(findings) == 1
    assert findings[0].startswith("TENFOUR_NOTIFY_URLS: address 2 of 2 is none")
    assert "s3cret" not in findings[0]
