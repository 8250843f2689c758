-- What a team believes people need, whether passages stand apart at all, and what a segment says of itself.

-- A need in view: stated before or during discovery. Where a segment stands for it, segment_id names that segment.
CREATE TABLE needs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    description TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL,
    segment_id INTEGER REFERENCES segments (id) ON DELETE SET NULL,
    stated_by TEXT NOT NULL,
    stated_at TEXT NOT NULL
) STRICT;
CREATE INDEX needs_by_segment ON needs (segment_id);

-- A person's answer to "where does this passage belong?": a need in view, or a candidate or segment. It names and keeps nothing.
CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER NOT NULL UNIQUE REFERENCES passages (id) ON DELETE CASCADE,
    need_id INTEGER REFERENCES needs (id) ON DELETE CASCADE,
    segment_id INTEGER REFERENCES segments (id) ON DELETE CASCADE,
    answered_by TEXT NOT NULL,
    answered_at TEXT NOT NULL,
    CHECK ((need_id IS NULL) <> (segment_id IS NULL))
) STRICT;
CREATE INDEX answers_by_need ON answers (need_id);
CREATE INDEX answers_by_segment ON answers (segment_id);

-- Whether the passages of a run form groups at all; NULL where they are too few to tell, or the run is older.
ALTER TABLE runs ADD COLUMN separate INTEGER CHECK (separate IN (0, 1));
ALTER TABLE runs ADD COLUMN separation_p REAL CHECK (separation_p BETWEEN 0 AND 1);

-- The need in one sentence, which a person wrote or took. Quotes that a person pinned to a part of the card, in their order:
-- the words, and where they stood in the passage's quote when they were pinned.
ALTER TABLE segments ADD COLUMN need TEXT NOT NULL DEFAULT '';
-- The parts of the card of which a person said that nobody says them, by blanks: the program proposes nothing there.
ALTER TABLE segments ADD COLUMN unsaid TEXT NOT NULL DEFAULT '';
CREATE TABLE card_quotes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    segment_id INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    part TEXT NOT NULL CHECK (part IN ('trigger', 'pain', 'workaround', 'wish', 'outcome', 'not')),
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    quote TEXT NOT NULL CHECK (quote <> ''),
    position INTEGER NOT NULL,
    pinned_by TEXT NOT NULL,
    pinned_at TEXT NOT NULL,
    CHECK (0 <= start AND start < "end")
) STRICT;
CREATE INDEX card_quotes_by_segment ON card_quotes (segment_id);
CREATE INDEX card_quotes_by_passage ON card_quotes (passage_id);

-- Confirmed although nobody had decided on its passages: said so by the person who confirmed it.
ALTER TABLE segments ADD COLUMN confirmed_undecided INTEGER NOT NULL DEFAULT 0 CHECK (confirmed_undecided IN (0, 1));

-- What variations of the study did to its segments: a cache, keyed by all that it is made of. It holds ids and no names, so that
-- what was forgotten or renamed is not found in it.
CREATE TABLE firmness (
    made_of TEXT PRIMARY KEY,
    made_at TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
