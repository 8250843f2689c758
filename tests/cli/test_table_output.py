"""Tables that fit are printed without the library that folds those that do not, and look the same."""

import random

import pytest

from needsseg.cli import output

WORDS = ("a", "interview-001", "–", "日本語の文", "é", "naïve café", "🙂 ok", "", "[bold]no[/bold]", "x" * 40)


@pytest.mark.parametrize("seed", range(20))
def test_a_table_that_fits_looks_as_if_it_had_been_laid_out(seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    pick = random.Random(seed)
    header = [pick.choice(("id", "what", "participants")) + str(number) for number in range(pick.randint(1, 6))]
    rows = [[pick.choice(WORDS) for _ in header] for _ in range(pick.randint(1, 12))]
    output.print_table(header, rows)
    assert capsys.readouterr().out == "".join(f"{line.rstrip()}\n" for line in output._folded(header, rows, (), 1_000))
