"""What a cell of a matrix counts, on passages made by hand, and what holds for any passages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from needsseg.coding.matrices import Axis, Line, Matrix, Place, matrix, rolled_up, sentence_numbers
from needsseg.records import Transcript, Turn

PLACES = [
    Place(1, "ana", "i1", (0, 1)),
    Place(2, "ana", "i1", (1, 1)),
    Place(3, "ben", "i2", (5, 5)),
    Place(4, "ben", "i2", (7, 9)),
    Place(5, "ben", "i2", None),
]


def axis(kind: str, **lines: set[int]) -> Axis:
    return Axis(kind, tuple(Line(name, frozenset(ids)) for name, ids in lines.items()))


def table(result: Matrix) -> list[list[int]]:
    columns = range(len(result.columns.lines))
    return [[result.value(row, column) for column in columns] for row in range(len(result.rows.lines))]


CODES = axis("code", late={1, 3, 5}, slow={2, 3}, calm={4})


def test_a_cell_counts_the_passages_that_lie_in_both() -> None:
    assert table(matrix(CODES, CODES, PLACES)) == [[3, 1, 0], [1, 2, 0], [0, 0, 1]]


def test_participants_are_counted_once_each() -> None:
    everybody = axis("all", all={1, 2, 3, 4, 5})
    assert table(matrix(CODES, everybody, PLACES, "participants")) == [[2], [2], [1]]
    assert table(matrix(CODES, everybody, PLACES, "passages")) == [[3], [2], [1]]


def test_near_each_other_counts_the_passages_of_the_row_and_stays_in_one_interview() -> None:
    shared = matrix(CODES, CODES, PLACES, within=0)
    assert table(shared) == [[3, 2, 0], [2, 2, 0], [0, 0, 1]], "1 and 2 share the second sentence"
    assert table(matrix(CODES, CODES, PLACES, within=1)) == table(shared)
    assert table(matrix(CODES, CODES, PLACES, within=2)) == [[3, 2, 1], [2, 2, 1], [1, 1, 1]], "3 ends two before 4"
    assert matrix(CODES, CODES, PLACES, within=2).cells[0, 2] == (3,), "5 has no place, and is near to itself alone"


def test_a_long_passage_is_near_to_what_lies_far_behind_its_start() -> None:
    places = [Place(1, "a", "i", (0, 50)), Place(2, "a", "i", (1, 1)), Place(3, "a", "i", (51, 51))]
    codes = axis("code", long={1}, late={3})
    assert table(matrix(codes, codes, places, within=1)) == [[1, 1], [1, 1]]


def test_what_is_not_counted_is_in_no_cell_and_no_total() -> None:
    result = matrix(CODES, CODES, PLACES[:2])
    assert table(result) == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert [result.number(line.passages) for line in result.rows.lines] == [1, 1, 0]
    assert result.share(0, 0, "row") == 1.0 and result.share(2, 0, "row") is None


def test_shares_divide_by_all_of_the_row_or_the_column() -> None:
    result = matrix(CODES, axis("plan", team={1, 3, 4}, free={2}), PLACES)
    assert result.share(0, 0, "row") == 2 / 3, "late: 1, 3 and 5, of whom 5 has no plan"
    assert result.share(0, 0, "column") == 2 / 3, "team: 1, 3 and 4"
    assert result.share(1, 1, "column") == 1.0


def test_codes_count_those_below_them_each_once() -> None:
    above = {"work": (), "hand-over": ("work",), "night": ("work", "hand-over"), "tools": ()}
    assert rolled_up({"hand-over": [1, 2], "night": [2, 3]}, above) == {
        "work": {1, 2, 3},
        "hand-over": {1, 2, 3},
        "night": {2, 3},
        "tools": frozenset(),
    }


def test_sentences_are_counted_through_all_turns() -> None:
    text = "Why? Go on. We wait. So we ask.\nYes\nEnd."
    turns = (Turn("I", "interviewer", 0, 11), Turn("A", "participant", 12, 31), Turn("B", "participant", 32, 35))
    spans = [(12, 20), (15, 31), (32, 35), (36, 40), (11, 12)]
    assert sentence_numbers(Transcript(text, turns, "text"), spans) == [(2, 2), (2, 3), (4, 4), None, None]


ids = st.frozensets(st.integers(1, 12))
spans = st.one_of(st.none(), st.tuples(st.integers(0, 20), st.integers(0, 4)).map(lambda s: (s[0], sum(s))))
places_of_all = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), spans), min_size=12, max_size=12).map(
    lambda rows: [Place(at, person, interview, span) for at, (person, interview, span) in enumerate(rows, start=1)]
)


@given(places_of_all, st.lists(ids, min_size=1, max_size=4), st.integers(0, 4))
def test_nearness_is_what_its_definition_says(places: list[Place], sets: list[frozenset[int]], within: int) -> None:
    codes = Axis("code", tuple(Line(str(at), each) for at, each in enumerate(sets)))
    result, plain = matrix(codes, codes, places, within=within), matrix(codes, codes, places)
    place_of = {place.id: place for place in places}

    def near(one: Place, other: Place) -> bool:
        if one.id == other.id:
            return True
        if one.interview != other.interview or one.sentences is None or other.sentences is None:
            return False
        return max(one.sentences[0] - other.sentences[1], other.sentences[0] - one.sentences[1]) <= within

    for row, column in ((r, c) for r in range(len(sets)) for c in range(len(sets))):
        expected = {p for p in sets[row] if any(near(place_of[p], place_of[q]) for q in sets[column])}
        assert set(result.cells.get((row, column), ())) == expected
        assert set(plain.cells.get((row, column), ())) == sets[row] & sets[column] <= expected
        assert result.value(row, column) <= result.number(sets[row])
