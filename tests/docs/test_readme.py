"""The README's study, walked line by line over the sample files: it ends with labelled accounts."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from needsseg.cli.program import run
from tests.fixtures.samples import ROOT, SAMPLE

IN_THE_APP = ["decide", "--all-suggested", "--accept"]
"""What stands here for the line that opens the app to read and decide."""


def lines() -> list[list[str]]:
    """The arguments of each command under the heading of the study, without the program's name."""
    block = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A study in ")[2]
    block = block.partition("```sh\n")[2].partition("```")[0]
    return [shlex.split(line, comments=True)[1:] or IN_THE_APP for line in block.splitlines()]


@pytest.mark.slow
def test_the_readmes_study_ends_with_labelled_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SAMPLE / "transcripts", "transcripts")
    shutil.copy(SAMPLE / "participants.csv", "participants.csv")
    shutil.copy(SAMPLE / "accounts" / "accounts.csv", "crm.csv")
    commands = lines()
    assert IN_THE_APP in commands and len(commands) == 11
    for command in commands:
        # Some people of the sample are in no account, which is told: partly done.
        assert run(command) in (0, 3), command
    manifest = json.loads(Path("labels.csv.manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"] == 390 and manifest["labelled"] > 0
