"""Kaplan–Meier curves of a validation out, as a picture or a table."""

from __future__ import annotations

from pathlib import Path

from needsseg.actions.exchange import output_files
from needsseg.errors import UsageError
from needsseg.study.connection import Study
from needsseg.text import format_count
from needsseg.validation.retention import Validation

CURVE_FORMATS = (".svg", ".csv")


def write_curves(study: Study, validation: Validation, path: Path, *, overwrite: bool = False) -> Path:
    """Write the Kaplan–Meier curves to an .svg or .csv file, whole or not at all; returns ``path``.

    Earlier curves are replaced; any other file only with ``overwrite``, and the study and its account data never.
    """
    from needsseg.exchange.curves import curves_csv, curves_svg

    check_target(study, path, overwrite=overwrite)
    design = validation.design
    event = "at risk" if design.outcome == "at_risk" else "leaving"
    title = f"How long accounts go without {event}, by {design.by} segment"
    starts = f"since {design.since}" if design.since else "since each one's interview"
    subtitle = (
        f"{format_count(validation.accounts, 'account')} followed {starts}, {validation.events} events, as of "
        f"{design.as_of}. 95% bands, log-log."
    )
    text = (
        curves_svg(validation.curves, title, subtitle)
        if path.suffix.lower() == ".svg"
        else curves_csv(validation.curves)
    )
    output_files.write(study, path, text)
    return path


def check_target(study: Study, path: Path, *, overwrite: bool = False) -> None:
    """Raise UsageError or NeedssegError where curves are not to be written to ``path``; to ask before the long work."""
    from needsseg.exchange.curves import CURVE_COLUMNS, MADE_BY

    kind = path.suffix.lower()
    if kind not in CURVE_FORMATS:
        raise UsageError(f"{path.name}: curves are written as SVG or CSV.", "Name a file that ends in .svg or .csv.")
    mark = MADE_BY if kind == ".svg" else ",".join(CURVE_COLUMNS)
    output_files.check(study, path, mark, "curves", overwrite=overwrite)
