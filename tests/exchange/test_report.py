"""The report as a page and as Markdown: whatever people said stays words, and the same report gives the same bytes."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as read_html

from needsseg.discovery.intervals import wilson
from needsseg.exchange.report import charts
from needsseg.exchange.report.charts import chart
from needsseg.exchange.report.content import (
    Bullets,
    Context,
    Curves,
    Head,
    Map,
    Point,
    Quote,
    Report,
    Section,
    Spot,
    Table,
    Text,
    share_in_words,
)
from needsseg.exchange.report.html import page
from needsseg.exchange.report.markdown import markdown
from needsseg.symbols import SHAPES

NASTY = (
    "<script>alert(1)</script>",
    "</script><!-- [laughs] & \"quoted\" 'too' -->",
    "עברית ו-العربية beside English",
    "👩‍👩‍👧 | pipes | `ticks` *stars* _lines_ [a](http://b)",
    "# no heading\n- no list\n1. none",
)


def report(words: str, *, charts: bool = True) -> Report:
    drawn = (
        Map(words, words, (words, "in no segment"), (Spot(0.1, 0.2, words, words, words, words),)),
        Curves(words, words, ((words, (Point(0, 1.0, None, None), Point(30, 0.5, 0.2, 0.8))),)),
    )
    blocks = (
        Text(words),
        Text(words, lead=True),
        Bullets((words,)),
        Head(words, "h1"),
        Quote(words, words, words, "q1"),
        Table(words, ("one", words), (("a", words),)),
        Table(words, ("one", words), (("a", words),), folded=True),
        *(drawn if charts else ()),
        Context("q1", words, words, words, words, words, words, words),
    )
    return Report(words, {"Names": words}, (Section("s", words, blocks),))


@pytest.mark.slow
@pytest.mark.parametrize("words", NASTY)
def test_what_people_said_stays_words_on_the_page(words: str) -> None:
    text = page(report(words))
    tree = read_html.document_fromstring(text)
    shown = "\n".join(tree.itertext())
    assert " ".join(words.split()) in " ".join(shown.split())
    assert len(tree.xpath("//script")) == 3 and not tree.xpath("//*[@onclick or @onload or @onerror]")
    assert not tree.xpath("//link | //img | //iframe | //*[@src]")
    assert [href for href in tree.xpath("//@href") if not href.startswith("#")] == []
    anchors = set(tree.xpath("//@id"))
    assert all(href[1:] in anchors for href in tree.xpath("//@href"))
    assert "unsafe-eval" not in text and "default-src 'none'" in text


@pytest.mark.parametrize("words", NASTY)
def test_what_people_said_stays_words_in_markdown(words: str) -> None:
    text = markdown(report(words))
    without = re.sub(r'<a id="[a-z0-9]+"></a>|<!-- Report by needsseg -->', "", text)
    assert re.search(r"(?<!\\)<", without) is None
    assert re.search(r"^# ", text) and len(re.findall(r"(?m)^# ", text)) == 1
    for line in text.splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) == 3
    assert "- no list" not in [line.strip() for line in text.splitlines()]


@pytest.mark.slow
def test_the_same_report_gives_the_same_bytes_again_and_again() -> None:
    assert page(report("one")) == page(report("one")) and markdown(report("one")) == markdown(report("one"))


def test_without_charts_nothing_runs_on_the_page() -> None:
    text = page(report("one", charts=False))
    assert "<script" not in text and "script-src 'none'" in text and len(text) < 20_000


def test_control_characters_leave_no_trace() -> None:
    assert "\x1b" not in page(report("a\x1bb\x00c", charts=False)) and "\x00" not in markdown(report("a\x00b"))


@pytest.mark.slow
@settings(deadline=None)  # the first call imports scipy
@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_of_a_share_holds_it_and_stays_a_share(counted: tuple[int, int]) -> None:
    count, of = counted
    low, high = wilson(count, of)
    assert 0 <= low <= count / of + 1e-12 and count / of - 1e-12 <= high <= 1


@pytest.mark.slow
def test_a_share_of_few_is_wide() -> None:
    assert share_in_words(6, 18) == "6 of 18 (33%, 16–56%)" and share_in_words(0, 0) == "0 of 0"


@pytest.mark.slow
@pytest.mark.parametrize(("symbol", "place"), [(filled, place) for place, (filled, _) in enumerate(SHAPES)])
def test_a_segment_has_its_own_symbol_and_colour_in_every_chart(symbol: str, place: int) -> None:
    names = ("One", "Two", "in no segment")
    spots = tuple(Spot(0.1, 0.2, name, "words", "who", "place") for name in names)
    layers = chart(Map("m", "d", names, spots, {"Two": symbol}))["layer"]
    shape, colour = (layers[0]["encoding"][channel]["scale"]["range"] for channel in ("shape", "color"))
    assert shape[1] == charts.SHAPES[place] and colour[1] == charts.COLOURS[place] and colour[2] == charts.GREY
    steps = (Point(0, 1.0, None, None),)
    drawn = json.dumps(chart(Curves("c", "d", (("One", steps), ("Two", steps)), {"Two": symbol})))
    assert charts.COLOURS[place] in drawn
    heading = Report("r", {}, (Section("s", "S", (Head("Two", "h", symbol),)),))
    assert f"### {symbol} Two" in markdown(heading) and f"{symbol}</span> Two" in page(heading)
