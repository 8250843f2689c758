"""A report of progress that nobody looks at."""

from __future__ import annotations

from needsseg.progress import Progress, silent


def test_the_silent_callback_takes_any_report_and_prints_nothing(capsys: object) -> None:
    callback: Progress = silent
    assert callback("embedding", 0, 10) is None
    assert capsys.readouterr() == ("", "")  # type: ignore[attr-defined]
