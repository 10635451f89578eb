"""What a run hears from outside: asked live, kept, and said again from the record."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.mocks.http import Response, json_response, serve
from flows.outside import Live, Recorded
from flows.settings import Connection, Connections
from flows.sources.errors import SourceError
from flows.sources.http import Patience
from flows.sources.window import Window
from flows.store.layout import Layout

HASTY = Patience(attempts=1, first_wait=0.0, longest_wait=0.0, jitter=0.0, total=2.0)
WINDOW = Window(datetime(2026, 10, 26, 5, tzinfo=UTC), datetime(2026, 11, 23, 6, tzinfo=UTC))
KEY = "jira/2026-10-26--2026-11-23"


def live(url: str, folder: Path, **more: object) -> Live:
    connections = Connections(jira=Connection(url, SecretStr("a-token-of-jira")))
    return Live(connections, HASTY, Layout(folder), folder / "share", **more)  # type: ignore[arg-type]


def answers(request: object) -> Response:
    return json_response({"path": request.path})  # type: ignore[attr-defined]


def again(folder: Path, heard: dict[str, str], **failures: str) -> Recorded:
    return Recorded(Layout(folder), heard, frozenset({"jira"}), failures)


def test_what_was_heard_is_said_again_without_asking(tmp_path: Path) -> None:
    with serve(answers) as url:
        outside = live(url, tmp_path)
        with outside.session("jira", WINDOW) as client:
            first = client.get("/x")
    with again(tmp_path, outside.heard).session("jira", WINDOW) as client:
        assert client.get("/x") == first == {"path": "/x"}


def test_a_fetch_that_broke_off_has_no_place_in_the_record(tmp_path: Path) -> None:
    with serve(lambda request: Response(503, b"")) as url:
        outside = live(url, tmp_path)
        with pytest.raises(SourceError), outside.session("jira", WINDOW) as client:
            client.get("/x")
    assert outside.heard == {}
    assert not Layout(tmp_path).raw_index("jira", WINDOW.name).exists()


def test_a_failure_is_told_again_in_the_words_of_then(tmp_path: Path) -> None:
    told = Recorded(Layout(tmp_path), {}, frozenset({"jira"}), {KEY: "Jira (demo.example): down."})
    with pytest.raises(SourceError) as caught, told.session("jira", WINDOW):
        pass
    assert str(caught.value) == "Jira (demo.example): down."


def test_what_two_sessions_of_one_source_hear_is_kept_apart(tmp_path: Path) -> None:
    with serve(answers) as url:
        outside = live(url, tmp_path)
        for name in ("/own", "/for-tempo"):
            with outside.session("jira", WINDOW, kept_as=None if name == "/own" else "tempo_issues") as client:
                client.get(name)
    assert set(outside.heard) == {KEY, KEY.replace("jira", "tempo_issues")}
    recorded = again(tmp_path, outside.heard)
    with recorded.session("jira", WINDOW) as client, pytest.raises(SourceError, match="was not recorded"):
        client.get("/for-tempo")


def test_long_fetches_say_how_many_answers_have_come(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with serve(answers) as url:
        outside = live(url, tmp_path, report=lambda *words: told.append(words))
        with outside.session("jira", WINDOW) as client:
            for number in range(501):
                client.get(f"/{number}")
    assert told == [("Answers of Jira", 250, 0), ("Answers of Jira", 500, 0)]


def test_the_share_is_heard_and_said_again(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "vibes.csv").write_text("week_start,engineer_id,vibes,note\n2026-11-16,ana,4,solid\n")
    outside = live("http://127.0.0.1:9", tmp_path)
    read = outside.vibes(WINDOW)
    (share / "vibes.csv").unlink()
    assert outside.leave(WINDOW) is None
    recorded = again(tmp_path, outside.heard)
    assert recorded.vibes(WINDOW) == read
    assert recorded.leave(WINDOW) is None
