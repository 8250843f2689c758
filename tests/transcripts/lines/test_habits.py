"""Habits of people and programs beside the layouts: odd labels, asides, notes between turns, panes, grids, encodings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from needsseg.records import Transcript
from needsseg.transcripts import read, read_all, read_text_lines
from needsseg.transcripts.lines.interjections import Part, parts_of
from needsseg.transcripts.lines.own_lines import kind_of_own_line, page_lines
from tests.fixtures.transcripts.documents import said, word_file

ASKED = ("How do the looms run at night?", "Who looks after them?", "And when a thread breaks?", "What would help you?")
TOLD = ("Most stand still.", "Nobody does, since March.", "The bell rings, and I get up.", "A second bell, downstairs.")
TALK = [pair for asked, told in zip(ASKED, TOLD, strict=True) for pair in ((0, asked), (1, told))]


def expected(first: str, second: str) -> list[tuple[str, str]]:
    return [((first, second)[who], words) for who, words in TALK]


def talk(form: str, first: str, second: str, between: str = "\n\n") -> str:
    return between.join(form.format(name=(first, second)[who], words=words) for who, words in TALK)


def text(written: str) -> Transcript:
    transcript = read_text_lines(written.split("\n"))
    assert sum(transcript.words_by_kind.values()) == len(written.split())
    return transcript


@pytest.mark.parametrize(
    ("form", "first", "second"),
    [
        ("{name}: {words}", "Ruta", "[GUEST] Ivo"), ("{name} ({t})\n{words}", "Ruta", "[GUEST] Ivo"),
        ("{name}  {t}\n{words}", "Ruta Blom", "#4"), ("{t} - {name}\n{words}", "Ruta Blom", "+44******78"),
        ("**{name}:** {words}", "Ruta", "+44******78"), ("{name}: {words}", "Ruta", "#4"),
        ("{name}: {words}", "Ruta", "Dr. María José de la Fuente López"), ("【{name}】{words}", "聞き手", "話し手"),
        ("{name} — 03/04/2025 9:02 AM\n{words}", "ruta", "ivo_k"), ("[3/4 9:02 AM] {name}\n{words}", "Ruta Blom", "Ivo Kask"),
        ("{name}/ {words}", "E", "P1"), ("{name}... {words}", "Ruta", "Ivo"), ("{name} {words}", "RB", "IK"),
        ("{name}. {words}", "Interviewer", "Participant 2"), ("[04.03.25, 09:02:11] {name}: {words}", "Ruta", "Ivo"),
    ],
)  # fmt: skip
def test_labels_of_all_kinds_are_read(form: str, first: str, second: str) -> None:
    written = "\n\n".join(
        form.replace("{t}", f"0:{7 * at:02}").format(name=(first, second)[who], words=words)
        for at, (who, words) in enumerate(TALK)
    )
    assert said(text(written)) == expected(first, second)


@pytest.mark.parametrize(
    ("form", "first", "second"),
    [("#{name}: {words}", "I", "B"), ("{name}:- {words}", "I", "B"), ("{name}:- {words}", "Ruta", "Ivo")],
)  # fmt: skip
def test_signs_around_every_label_are_no_part_of_it(form: str, first: str, second: str) -> None:
    assert said(text(talk(form, first, second))) == expected(first, second)


def test_numbers_that_count_turns_are_no_part_of_the_label() -> None:
    written = "\n\n".join(f"{('Ruta', 'Ivo')[who]} {number}: {words}" for number, (who, words) in enumerate(TALK, 1))
    assert said(text(written)) == expected("Ruta", "Ivo")


@pytest.mark.parametrize(
    "labels", [[f"Speaker {n % 4 + 1}" for n in range(8)], [f"Participant {n + 1}" for n in range(8)]]
)
def test_numbers_that_tell_people_apart_stay(labels: list[str]) -> None:
    written = "\n\n".join(f"{label}: {words}" for label, (_, words) in zip(labels, TALK, strict=True))
    assert [speaker for speaker, _ in said(text(written))] == labels


@pytest.mark.parametrize("slip", ["IVO", "ivo", "- Ivo", "*Ivo"])
def test_another_spelling_of_a_frequent_label_is_read_as_that_and_told(slip: str) -> None:
    written = talk("{name}: {words}", "Ruta", "Ivo") + f"\n\nRuta: Is that all?\n\n{slip}: That is all."
    transcript = text(written)
    assert said(transcript)[-1] == ("Ivo", "That is all.")
    assert any(f"“{slip}” was read as “Ivo”" in warning for warning in transcript.warnings)


def test_a_slip_that_may_be_another_person_stays_and_is_told() -> None:
    written = talk("{name}: {words}", "Ruta", "Ivo") + "\n\nRuta: Is that all?\n\nIvi: That is all."
    transcript = text(written)
    assert said(transcript)[-1] == ("Ivi", "That is all.")
    assert any("“Ivi” speaks only once (line 19)" in warning for warning in transcript.warnings)


def test_a_forgotten_colon_is_told_with_its_line() -> None:
    written = talk("{name}: {words}", "Ruta", "Ivo").replace("Ivo: Nobody", "Ivo Nobody")
    transcript = text(written)
    assert said(transcript) == expected("Ruta", "Ivo")
    assert "Line 7: “Ivo” has no colon and was read as a new turn." in transcript.warnings


@pytest.mark.parametrize("line", ["Ruta knows that, I told her.", "I Google it at times.", "Ruta Blom said: leave it."])
def test_a_paragraph_that_begins_with_a_name_is_no_turn(line: str) -> None:
    transcript = text(talk("{name}: {words}", "Ruta", "Ivo") + f"\n\n{line}")
    assert said(transcript)[-1] == ("Ivo", f"{TOLD[-1]}\n{line}")


@pytest.mark.parametrize("aside", ["[Ruta: mhm]", "(Ruta: mhm)", "//Ruta: mhm//", "[R: mhm]"])
def test_a_word_that_another_puts_in_is_a_turn_of_theirs(aside: str) -> None:
    written = talk("{name}: {words}", "Ruta", "Ivo").replace("rings, and", f"rings, {aside} and")
    turns = said(text(written))
    at = turns.index(("Ruta", "mhm"))
    assert turns[at - 1 : at + 2] == [("Ivo", "The bell rings,"), ("Ruta", "mhm"), ("Ivo", "and I get up.")]


def test_a_label_in_the_middle_of_a_line_is_a_turn_and_told() -> None:
    written = talk("{name}: {words}", "Ruta", "Ivo").replace("still.", "still. Ruta: All of them? Ivo: All.")
    transcript = text(written)
    assert said(transcript)[1:4] == [("Ivo", "Most stand still."), ("Ruta", "All of them?"), ("Ivo", "All.")]
    assert any("Line 3: “Ruta:” in the middle" in warning for warning in transcript.warnings)


def test_a_talk_in_one_line_is_read_by_its_labels() -> None:
    assert said(text(talk("{name}: {words}", "Interviewer", "Participant", " "))) == expected(
        "Interviewer", "Participant"
    )


@pytest.mark.parametrize(
    "words",
    ["There is one rule. Remember: ring twice.", "One: dogs. Two: gates. Three: stairs.", "So I said, Ruta: no.",
     "Ivo: [Ivo: yes]"],
)  # fmt: skip
def test_a_colon_within_the_words_is_no_turn(words: str) -> None:
    assert parts_of(words, "Ivo", {"Ruta", "Ivo"}) == [Part("Ivo", words)]


@given(
    st.lists(st.sampled_from(["Yes. ", "Ruta: ", "[Ruta: mhm] ", "Ivo: ", "and then ", "(a: b) ", "… "]), max_size=12)
)
def test_parts_lose_no_words_but_labels(pieces: list[str]) -> None:
    words = "".join(pieces)
    parts = parts_of(words, "Ivo", {"Ruta", "Ivo"})
    plain = " ".join(part.words for part in parts).split()
    kept = [word.strip("[]") for word in words.split() if word.strip("[") not in {"Ruta:", "Ivo:"}]
    assert [word for word in (word.strip("[]") for word in plain) if word not in {"Ruta:", "Ivo:"}] == kept


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("(pause)", "note"), ("[Phone rings]", "note"), ("(A colleague comes in)", "note"), ("*The bell rings.*", "note"),
        ("// ask about the bell", "note"), ("PART TWO", "heading"), ("Section 2: Nights", "heading"),
        ("Tape 1, Side B", "heading"),
        ("[laughs]", ""), ("[inaudible]", ""), ("(I never told him.)", ""), ("(Who would?)", ""),
        ("Part two is worse, I think.", ""),
        ("Theme parks are worse.", ""), ("//Ruta: mhm//", ""), ("*I mean it.*", ""), ("(no)", ""),
    ],
)  # fmt: skip
def test_lines_between_turns_that_nobody_said(line: str, kind: str) -> None:
    assert kind_of_own_line(line, True) == kind


def test_notes_between_turns_are_nobodys_and_accounted_for() -> None:
    written = talk("{name}: {words}", "Ruta", "Ivo").replace(
        "March.\n\n", "March.\n\n(A colleague comes in)\n\nPART TWO\n\n"
    )
    transcript = text(written)
    assert said(transcript) == expected("Ruta", "Ivo")
    assert (transcript.words_by_kind["note"], transcript.words_by_kind["heading"]) == (4, 2)


def test_heads_of_pages_are_no_speech_and_numbers_in_talk_stay() -> None:
    pages = [
        part
        for n, (who, words) in enumerate(TALK)
        for part in (f"{'RI'[who]}: {words}", *([f"Mill – {n}"] if n < 5 else []))
    ]
    lines = "\n\n".join(pages).split("\n")
    assert page_lines([*lines, "", "- 1 -", "", "- 2 -", "", "- 3 -"]) == [len(lines) + at for at in (1, 3, 5)]
    with_pages = [
        f"Mill study, night shift – page {n}" if line.startswith("Mill") else line for n, line in enumerate(lines, 1)
    ]
    assert page_lines(with_pages) == []  # these numbers do not count on by one


def test_fields_and_notes_below_the_talk_are_no_speech() -> None:
    foot = "\n\nDuration: 31:20\n"
    transcript = text(talk("{name}: {words}", "Ruta", "Ivo") + "\n\nInterviewer notes: he was tired." + foot)
    assert said(transcript) == expected("Ruta", "Ivo")
    assert (transcript.words_by_kind["metadata"], transcript.words_by_kind["note"]) == (2, 5)


@pytest.mark.parametrize("form", ["{clock}{words}", "{clock}\n{spoken}\n{words}", "{clock}\n{words}"])
def test_the_pane_beside_a_video(form: str) -> None:
    lines = [
        "a mill has looms and people",
        "and neither sleeps at night",
        "so the owner told me",
        "when we met in spring",
        "by the river",
    ]
    written = "\n".join(
        form.format(
            clock=f"{at // 60}:{at % 60:02}", words=words, spoken=f"1 minute, {at - 60} seconds" if at > 60 else f"{at} seconds"
        )
        for at, words in zip((2, 20, 41, 75, 98), lines, strict=True)
    )  # fmt: skip
    transcript = text("Transcript\nSearch in video\n" + written)
    assert " ".join(words for _, words in said(transcript)).split() == " ".join(lines).split()
    assert transcript.turns[0].start_ms == 2000


@pytest.mark.parametrize(
    ("encoding", "first", "second", "asked", "told"),
    [
        ("gb18030", "访谈者", "受访者", "您平时怎么安排送货的路线？", "我主要靠经验，早上先看单子，再把近的放在一起。"),
        ("shift_jis", "聞き手", "話し手", "配達の日はどんな一日ですか？", "五時に荷物を積みます。それから出発します。"),
        ("cp1251", "Интервьюер", "Респондент", "Как выглядит день доставки?", "В пять я загружаю машину, потом еду."),
        ("euc_kr", "면접관", "참가자", "배달하는 날은 어떻게 지나가나요?", "다섯 시에 짐을 싣고 여섯 시에는 길에 있어요."),
    ],
)  # fmt: skip
def test_other_scripts_in_their_own_encodings(
    tmp_path: Path, encoding: str, first: str, second: str, asked: str, told: str
) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes("\n".join([f"{first}: {asked}", f"{second}: {told}"] * 3).encode(encoding))
    transcript = read(path)
    assert said(transcript) == [(first, asked), (second, told)] * 3
    assert any("a guess" in warning for warning in transcript.warnings)


def test_a_grid_of_questions_gives_an_interview_a_participant(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(
        "#,Question,P1,P2\n1,How are nights?,They are long and loud.,Quiet since the spring.\n2,Who helps?,Nobody ever does.,\n"
    )
    found = dict(read_all(path))
    assert said(found["P1"]) == [
        ("Interviewer", "How are nights?"), ("Participant", "They are long and loud."),
        ("Interviewer", "Who helps?"), ("Participant", "Nobody ever does."),
    ]  # fmt: skip
    assert said(found["P2"]) == [("Interviewer", "How are nights?"), ("Participant", "Quiet since the spring.")]


def test_a_grid_of_topics_puts_them_in_nobodys_mouth(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(
        "Topic,P1,P2\nNights,They are long and loud.,Quiet since the spring.\nHelp,Nobody ever does.,My sister at times.\n"
    )
    assert said(dict(read_all(path))["P1"]) == [("Participant", "They are long and loud.\nNobody ever does.")]


def test_a_column_for_each_speaker(tmp_path: Path) -> None:
    rows = [f"00:00:0{at},{words if who == 0 else ''},{words if who else ''}" for at, (who, words) in enumerate(TALK)]
    rows = [
        row.replace("rings, and", "rings and").replace("does, since", "does since").replace("bell, down", "bell down")
        for row in rows
    ]
    path = tmp_path / "talk.csv"
    path.write_text("Time,Ruta,Ivo\n" + "\n".join(rows) + "\n")
    transcript = read(path)
    assert [turn.speaker for turn in transcript.turns] == ["Ruta", "Ivo"] * 4
    assert [turn.start_ms for turn in transcript.turns] == [1000 * at for at in range(8)]


def test_a_table_of_markdown_below_a_title(tmp_path: Path) -> None:
    path = tmp_path / "talk.md"
    rows = "\n".join(f"| {('Ruta', 'Ivo')[who]} | {words} |" for who, words in TALK)
    path.write_text(f"# Mill, night shift\n\nTyped by hand.\n\n| Speaker | Text |\n|---|---|\n{rows}\n")
    assert said(read(path)) == expected("Ruta", "Ivo")


def test_cells_that_hold_a_talk_in_one_line(tmp_path: Path) -> None:
    cell = talk("{name}: {words}", "Interviewer", "Participant", " ")
    path = tmp_path / "talks.csv"
    path.write_text(f'id,interview\nP07,"{cell}"\nP08,"{cell}"\n')
    found = read_all(path)
    assert [key for key, _ in found] == ["P07", "P08"]
    assert said(found[1][1]) == expected("Interviewer", "Participant")


@pytest.mark.parametrize("mark", ["**", "*", "_"])
def test_what_is_emphasised_by_turns_is_the_interviewers(mark: str) -> None:
    asked = ["Thank you for your time.", *ASKED]
    told = ["You are welcome.", *TOLD]
    written = f"{mark}About nights{mark}\n\n" + "\n\n".join(
        f"{mark}{one}{mark}\n\n{other}" for one, other in zip(asked, told, strict=True)
    )
    wanted = [
        pair for one, other in zip(asked, told, strict=True) for pair in (("Interviewer", one), ("Participant", other))
    ]
    assert said(text(written)) == wanted


def test_bold_questions_without_a_question_mark_in_word(tmp_path: Path) -> None:
    def paragraph(words: str, bold: bool) -> str:
        return f"<w:p><w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}<w:t>{words}</w:t></w:r></w:p>"

    asked = ["Thank you for your time.", *ASKED]
    told = ["You are welcome.", *TOLD]
    body = "".join(paragraph(one, True) + paragraph(other, False) for one, other in zip(asked, told, strict=True))
    path = tmp_path / "talk.docx"
    word_file(path, body)
    wanted = [
        pair for one, other in zip(asked, told, strict=True) for pair in (("Interviewer", one), ("Participant", other))
    ]
    assert said(read(path)) == wanted


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from([*ASKED, *TOLD, "(I think so) yes.", "No. None.", "It is 7:30."]), min_size=4, max_size=14
    ),
    st.sampled_from(
        [("Ruta", "Ivo"), ("I", "B"), ("Interviewerin", "Befragter 4"), ("[HOST] Ruta", "[GUEST] Ivo"), ("#1", "#2")]
    ),
)
def test_words_and_speakers_come_back_under_any_labels(words: list[str], labels: tuple[str, str]) -> None:
    written = [f"{labels[at % 2]}: {one}" for at, one in enumerate(words)]
    transcript = text("\n\n".join(written))
    assert said(transcript) == [(labels[at % 2], one) for at, one in enumerate(words)]


@pytest.mark.parametrize(
    ("slip", "meant"), [("Interveiwer", "Interviewer"), ("Intervewer", "Interviewer"), ("Particpant", "Participant")]
)
def test_a_slip_in_a_word_for_a_role_is_read_as_that_and_told(slip: str, meant: str) -> None:
    transcript = text(talk("{name}: {words}", "Interviewer", "Participant") + f"\n\n{slip}: That is all.")
    assert said(transcript)[-1][0] == meant
    assert f"The label “{slip}” was read as “{meant}”." in transcript.warnings


@pytest.mark.parametrize("label", ["Interviewee", "Participant 12"])
def test_another_word_for_a_role_is_no_slip(label: str) -> None:
    transcript = text(talk("{name}: {words}", "Interviewer", "Participant") + f"\n\n{label}: That is all.")
    assert said(transcript)[-1] == (label, "That is all.")


@pytest.mark.parametrize("form", ["*{name}: {words}*", "**{name}: {words}**", "_{name}: {words}_"])
def test_emphasis_around_a_label_and_its_words(form: str) -> None:
    turns = [form.format(name="Ruta", words=words) for words in ASKED]
    written = "\n\n".join(part for asked, told in zip(turns, TOLD, strict=True) for part in (asked, f"Ivo: {told}"))
    assert said(text(written)) == expected("Ruta", "Ivo")


def test_a_sign_of_change_without_a_name_is_nobodys_turn() -> None:
    transcript = text(">> RUTA: WHO BAKES AT NIGHT?\n>> IVO: I DO.\n>> RUTA: ALONE?\n>> NEVER ALONE,\nAS A RULE.")
    assert said(transcript)[-2:] == [("RUTA", "ALONE?"), ("", "NEVER ALONE, AS A RULE.")]
    assert "1 turn has no speaker." in transcript.warnings


@pytest.mark.parametrize("dash", ["-", "–", "—"])
def test_a_dash_before_each_line_is_a_turn_where_nobody_is_named(dash: str) -> None:
    transcript = text("\n".join(f"{dash} {words}" for _, words in TALK))
    assert said(transcript) == [("", words) for _, words in TALK]


@pytest.mark.parametrize("form", ["[00:0{t}] <{name}> {words}", "{name}; {words}"])
def test_signs_of_chats_and_of_slips_where_all_labels_have_them(form: str) -> None:
    written = "\n".join(
        form.replace("{t}", str(at)).format(name="IP"[who], words=words) for at, (who, words) in enumerate(TALK)
    )
    assert said(text(written)) == expected("I", "P")


@pytest.mark.parametrize(
    "date", ["March 5, 2024, 1:11PM", "5 March 2024, 13:11", "Tue, Mar 5, 2024 13:11", "5. März 2024 13:11"]
)
def test_a_date_above_the_talk_is_no_speaker(date: str) -> None:
    written = f"Mill visit\n{date}\n31m 7s\n\n" + talk("{name}   0:09\n{words}", "Ruta", "Ivo")
    assert {speaker for speaker, _ in said(text(written))} == {"Ruta", "Ivo"}
