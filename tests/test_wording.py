"""What tests match in a message: its values as whole words, however the sentence is put."""

import pytest

from needsseg.errors import NotFoundError, UsageError
from tests.fixtures.wording.matching import mentions, refuses, says


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("There is no passage 77.", 77),
        ("Wrote 1,200 accounts", 1200),
        ("refused:\n  own.csv row 3", "OWN.CSV row 3"),
        ("1 rows refused", "1 row"),
        ("1 row refused", "1 rows"),
        ("hint: Add --yes to send.", "--yes"),
        ("“late” is a code", "late"),
    ],
)
def test_a_value_is_found_however_it_is_put(text: str, what: object) -> None:
    assert mentions(text, what) and says(text, what)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("There is no passage 177.", 77),
        ("There is no passage 7.7.", 7),
        ("Wrote 11,200 accounts", 1200),
        ("own.csv row 31", "row 3"),
        ("Ben alone", "be"),
        ("21 rows refused", "1 row"),
        ("anything", ""),
    ],
)
def test_a_part_of_another_value_is_not_found(text: str, what: object) -> None:
    assert not mentions(text, what)
    with pytest.raises(AssertionError):
        says(text, what)


def test_a_refusal_has_the_right_kind_values_and_a_hint() -> None:
    with refuses(UsageError, "row 3", "--anyway") as caught:
        raise UsageError("Row 3 is empty.", "Say --anyway to read on.")
    assert caught.value.exit_code == 2
    with refuses(UsageError, hint=False):
        raise UsageError("Row 3 is empty.")
    with pytest.raises(AssertionError, match="without a hint"), refuses(UsageError):
        raise UsageError("Row 3 is empty.")
    with pytest.raises(AssertionError, match="row 4"), refuses(UsageError, "row 4"):
        raise UsageError("Row 3 is empty.", "Fill it.")
    with pytest.raises(NotFoundError), refuses(UsageError):
        raise NotFoundError("There is no row 3.", "Look.")
