"""The report as a page and as Markdown: whatever people said stays words, and the same report gives the same bytes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as read_html

from needsseg.discovery.intervals import wilson
from needsseg.exchange.report import drawing
from needsseg.exchange.report.content import Head, Report, Section, only, share_in_words
from needsseg.exchange.report.html import page
from needsseg.exchange.report.markdown import markdown
from needsseg.exchange.report.pictures import Bar, Bars, Curves, Grid, Map, Picture, Point, Spot, table_behind
from needsseg.symbols import SHAPES
from tests.fixtures.reports import NASTY, report_of


def squeezed(words: str) -> str:
    """Words as a page shows them: without control characters, white space as one space."""
    return " ".join("".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in words).split())


@pytest.mark.parametrize("words", NASTY)
def test_what_people_said_stays_words_on_the_page(words: str) -> None:
    text = page(report_of(words))
    tree = read_html.document_fromstring(text)
    shown = squeezed("\n".join(tree.itertext()))
    assert shown.count(squeezed(words)) >= 40
    assert not tree.xpath("//script | //link | //img | //iframe | //*[@src] | //*[@onclick or @onload or @onerror]")
    assert "default-src 'none'" in text and "script-src" not in text


@pytest.mark.parametrize("words", NASTY)
def test_every_link_on_the_page_leads_somewhere_on_it(words: str) -> None:
    tree = read_html.document_fromstring(page(report_of(words)))
    anchors = tree.xpath("//@id")
    assert len(anchors) == len(set(anchors))
    links = tree.xpath("//@href")
    assert links and all(href[1:] in anchors for href in links if not href.startswith("#nowhere"))
    assert "#nowhere" not in links


def test_without_the_quotes_their_places_are_no_links() -> None:
    report = report_of("words")
    less = Report(
        "r", {}, (Section("readout", "R", tuple(b for b in report.sections[0].blocks if not hasattr(b, "before"))),)
    )
    tree = read_html.document_fromstring(page(less))
    assert "#q1" not in tree.xpath("//main//*[not(self::svg)]//@href[not(ancestor::svg)]")
    assert "(#q1)" not in markdown(less)


@pytest.mark.parametrize("words", NASTY)
def test_what_people_said_stays_words_in_markdown(words: str) -> None:
    text = markdown(report_of(words))
    without = re.sub(r'<a id="[a-z0-9]+"></a>|<!-- Report by needsseg -->', "", text)
    assert re.search(r"(?<!\\)<", without) is None
    assert re.search(r"^# ", text) and len(re.findall(r"(?m)^# ", text)) == 1
    tables = re.findall(r"(?m)^\|(?: --- \|)+$", text)
    assert len(tables) == 4
    for line in text.splitlines():
        if line.startswith("| "):
            assert len(re.findall(r"(?<!\\)\|", line)) in (3, 4, 6)
    assert "- no list" not in [line.strip() for line in text.splitlines()]


def test_the_same_report_gives_the_same_bytes_again_and_again() -> None:
    assert page(report_of("one")) == page(report_of("one")) and markdown(report_of("one")) == markdown(report_of("one"))


def test_control_characters_leave_no_trace() -> None:
    report = report_of("a\x1bb\x00c")
    assert not re.search("[\x00\x1b]", page(report) + markdown(report))


def test_only_the_chosen_sections_are_left_in_their_order() -> None:
    whole = Report("r", {}, tuple(Section(name, name, ()) for name in ("readout", "people", "quotes")))
    assert [section.anchor for section in only(whole, ("quotes", "readout")).sections] == ["readout", "quotes"]


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


@pytest.mark.parametrize(("symbol", "place"), [(filled, place) for place, (filled, _) in enumerate(SHAPES)])
def test_a_segment_has_its_own_symbol_and_colour_in_every_picture(symbol: str, place: int) -> None:
    names = ("One", "Two", "in no segment")
    spots = tuple(Spot(0.1, 0.2, name, "words", "who", "place") for name in names)
    colour = drawing.COLOURS[place]
    drawn = drawing.drawn_map(Map("m", "d", names, spots, {"Two": symbol}))
    assert f'fill="{colour}">{symbol}<title>Two' in drawn and f"{symbol} Two" in drawn
    steps = (Point(0, 1.0, None, None), Point(9, 0.5, None, None))
    curves = drawing.drawn_curves(Curves("c", "d", (("One", steps), ("Two", steps)), {"Two": symbol}))
    assert f'stroke="{colour}"' in curves
    bars = drawing.drawn_bars(Bars("b", "d", (Bar("Two", (("new", 3),), "", symbol),), "accounts", "ARR"))
    assert f'<tspan fill="{colour}">{symbol} </tspan>' in bars
    heading = Report("r", {}, (Section("s", "S", (Head("Two", "h", symbol),)),))
    assert f"### {symbol} Two" in markdown(heading) and f"{symbol}</span> Two" in page(heading)


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=4), min_size=1, max_size=5).map(
        lambda rows: [row + [0] * (4 - len(row)) for row in rows]
    )
)
def test_a_bar_is_as_long_as_its_count_and_its_parts_lie_side_by_side(rows: list[list[int]]) -> None:
    bars = tuple(
        Bar(f"n{place}", tuple((f"p{n}", count) for n, count in enumerate(row)), "") for place, row in enumerate(rows)
    )
    tree = read_html.fragment_fromstring(drawing.drawn_bars(Bars("b", "d", bars, "accounts", "ARR")))
    longest = max(map(sum, rows)) or 1
    titled = [rect for rect in tree.iter("rect") if rect.find("title") is not None]
    assert len(titled) == sum(len(row) for row in rows)
    for place, row in enumerate(rows):
        own = titled[place * 4 : place * 4 + 4]
        widths = [float(rect.get("width")) for rect in own]
        assert widths == pytest.approx([count / longest * drawing.WIDTH for count in row], abs=0.06)
        starts = [float(rect.get("x")) for rect in own]
        assert starts == pytest.approx([sum(row[:n]) / longest * drawing.WIDTH for n in range(4)], abs=0.06)


PICTURES: list[Picture] = [
    block for block in report_of("w").sections[0].blocks if isinstance(block, Map | Curves | Grid | Bars)
]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: type(picture).__name__)
def test_a_table_stands_behind_each_picture_with_its_figures(picture: Picture) -> None:
    table = table_behind(picture)
    assert table.rows and all(len(row) == len(table.header) for row in table.rows)
    tree = read_html.document_fromstring(page(Report("r", {}, (Section("s", "S", (picture,)),))))
    cells = {squeezed("".join(cell.itertext())) for cell in tree.xpath("//tbody//*[self::td or self::th]")}
    assert {squeezed(cell) for row in table.rows for cell in row} <= cells
