"""When words were said: by the times of turns alone, and never later than the words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from needsseg.records import Turn
from needsseg.transcripts.turn_times import SpokenTime, spoken_time


def turns(*times: tuple[int | None, int | None]) -> list[Turn]:
    """Turns of ten characters each."""
    return [Turn("a", "participant", 10 * n, 10 * n + 9, *time) for n, time in enumerate(times)]


def test_the_time_is_that_of_the_turn_and_never_one_within_it() -> None:
    told = turns((1000, 4000), (5000, 9000))
    assert spoken_time(told, 10) == SpokenTime(5000, 9000, "quote")
    assert {spoken_time(told, offset) for offset in range(11, 20)} == {SpokenTime(5000, 9000, "turn")}


def test_a_turn_without_a_time_begins_at_the_last_one_before_it() -> None:
    told = turns((1000, None), (None, None), (None, None), (8000, None))
    assert spoken_time(told, 22) == SpokenTime(1000, 8000, "earlier turn")
    assert spoken_time(told, 30) == SpokenTime(8000, None, "quote"), "nothing says when the last turn is over"
    assert spoken_time(turns((None, None), (5000, 6000)), 3) is None, "a later time would skip the words"
    assert spoken_time([], 0) is None


def test_an_end_is_the_turns_own_else_the_next_later_start() -> None:
    assert spoken_time(turns((1000, None), (1000, None), (900, None), (7000, None)), 0) == SpokenTime(
        1000, 7000, "quote"
    )
    assert spoken_time(turns((5000, 5000), (6000, None)), 0) == SpokenTime(5000, 6000, "quote"), (
        "an end at the start is none"
    )


mark = st.none() | st.integers(0, 100_000)


@given(st.lists(st.tuples(mark, mark), max_size=8), st.integers(0, 90))
def test_what_is_played_begins_at_a_stored_time_before_the_words_and_ends_later(
    times: list[tuple[int | None, int | None]], start: int
) -> None:
    told = turns(*times)
    time = spoken_time(told, start)
    before = [turn.start_ms for turn in told if turn.start <= start and turn.start_ms is not None]
    assert (time is None) == (not before or not told)
    if time is not None:
        assert time.start_ms == before[-1]
        assert time.end_ms is None or time.end_ms > time.start_ms
