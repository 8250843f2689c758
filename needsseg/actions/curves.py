"""Kaplan–Meier curves of a validation out, as a picture or a table."""

from __future__ import annotations

from pathlib import Path

from needsseg.actions.retention import Validation
from needsseg.errors import NeedssegError, UsageError
from needsseg.study.connection import Study

CURVE_FORMATS = (".svg", ".csv")


def write_curves(study: Study, found: Validation, path: Path, *, overwrite: bool = False) -> Path:
    """Writes the Kaplan–Meier curves to an .svg or .csv file, whole or not at all; returns ``path``.

    Earlier curves are replaced; any other file only with ``overwrite``, and the study and its account data never.
    """
    from needsseg.exchange.curves import curves_csv, curves_svg

    check_target(study, path, overwrite=overwrite)
    design = found.design
    what = "at risk" if design.outcome == "at_risk" else "leaving"
    title = f"How long accounts go without {what}, by {design.by} segment"
    starts = f"since {design.since}" if design.since else "since each one's interview"
    subtitle = (
        f"{found.accounts} accounts followed {starts}, {found.events} events, as of {design.as_of}. 95% bands, log-log."
    )
    text = curves_svg(found.curves, title, subtitle) if path.suffix.lower() == ".svg" else curves_csv(found.curves)
    _write(path, text)
    return path


def check_target(study: Study, path: Path, *, overwrite: bool = False) -> None:
    """Raises UsageError or NeedssegError where curves are not to be written to ``path``; to ask before the long work."""
    from needsseg.exchange.curves import CURVE_COLUMNS, MADE_BY

    kind = path.suffix.lower()
    if kind not in CURVE_FORMATS:
        raise UsageError(f"{path.name}: curves are written as SVG or CSV.", "Name a file that ends in .svg or .csv.")
    if study.owns(path):
        raise UsageError(f"{path} belongs to the study itself.", "Name another file.")
    if not path.parent.is_dir():
        raise NeedssegError(f"{path.parent}: no such folder.", "Create it or choose another.")
    mark = MADE_BY if kind == ".svg" else ",".join(CURVE_COLUMNS)
    if path.exists() and not overwrite and not _holds(path, mark):
        raise NeedssegError(f"{path} exists and holds no curves.", "Name another file, or add --force.")


def _holds(path: Path, mark: str) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            return mark in stream.read(2000)
    except (OSError, UnicodeDecodeError):
        return False


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise NeedssegError(f"{path} cannot be written: {error.strerror}.", "Choose another folder.") from error
    finally:
        partial.unlink(missing_ok=True)
