"""doctor: what is installed, how large it is, and what works."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from needsseg.actions.study.installation import Installation, Package, installation
from needsseg.cli.narration import Session
from needsseg.cli.output import print_object, print_table, print_text
from needsseg.cli.parameters import json_option
from needsseg.settings import load
from needsseg.text import format_count, format_list

SHOWN = 12
FOR_DEVELOPMENT = {"bench", "dev", "docs", "lock"}


@click.command()
@json_option
@click.pass_obj
def doctor(session: Session, as_json: bool) -> None:
    """Show what is installed and how large it is, the model, threads and free space. Nothing is changed or sent."""
    path = Path(session.path)
    with session.progressing() as progress:
        found = installation(load(path), path.absolute().parent, progress)
    if as_json:
        print_object(asdict(found))
        return
    print_text(
        f"needsseg {found.version}, Python {found.python}, {found.system}, {format_count(found.threads, 'thread')}"
    )
    checked = "its files are as published" if found.is_bundled else "a model of your own, whose files are not checked"
    state = found.model_fault or f"{_megabytes(found.model_size)}, {checked}"
    print_text(f"model {found.model}, back end {found.backend}: {state}")
    print_text(f"{_megabytes(found.free)} free in {found.folder}")
    print_text(
        f"\nWhat needsseg needs: {format_count(len(found.needed), 'package')}, {_total(found.needed)}; the largest:"
    )
    print_table(("package", "version", "size"), _rows(found.needed[:SHOWN]))
    print_text(f"\nAlso in this environment: {format_count(len(found.others), 'package')}, {_total(found.others)}")
    print_table(("extra", "installed", "missing", "size"), _extras(found), wrap=("installed", "missing"))
    if found.graphics:
        session.warn(
            f"{_total(found.graphics)} of packages for graphics cards are installed, which needsseg does not use: "
            f"{format_list([package.name for package in found.graphics[:3]])} and so on. Another build of torch leaves them out."
        )


def _rows(packages: tuple[Package, ...]) -> list[tuple[str, str, str]]:
    return [(package.name, package.version, _megabytes(package.size)) for package in packages]


def _extras(found: Installation) -> list[tuple[str, str, str, str]]:
    return [
        (extra.name, ", ".join(extra.installed), ", ".join(extra.missing), _megabytes(extra.size) if extra.size else "")
        for extra in found.extras
        if extra.name not in FOR_DEVELOPMENT
    ]


def _total(packages: tuple[Package, ...]) -> str:
    return _megabytes(sum(package.size for package in packages))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e6:.1f} MB"
