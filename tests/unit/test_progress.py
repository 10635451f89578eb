"""How far a run is, in a log."""

from flows.progress import as_lines


def lines_of(*reports):
    said = []
    report = as_lines(said.append)
    for done, total in reports:
        report("Computing weeks", done, total)
    return said


def test_a_log_gets_the_first_the_last_and_some_between():
    assert lines_of(*((done, 50) for done in range(51))) == [
        f"Computing weeks: {done} of 50" for done in (0, 10, 20, 30, 40, 50)
    ]


def test_where_nobody_knows_how_many_there_are_the_count_is_said():
    assert lines_of((250, 0), (500, 0)) == ["Computing weeks: 250", "Computing weeks: 500"]
