-- What a researcher writes and arranges beside the marks themselves.

ALTER TABLE codes ADD COLUMN pin INTEGER CHECK (pin BETWEEN 1 AND 9);
CREATE UNIQUE INDEX codes_pinned ON codes (pin);

-- A memo belongs to one passage, one interview or one code; each writer has one there.
CREATE TABLE memos (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER REFERENCES passages (id) ON DELETE CASCADE,
    interview_id INTEGER REFERENCES interviews (id) ON DELETE CASCADE,
    code_id INTEGER REFERENCES codes (id) ON DELETE CASCADE,
    words TEXT NOT NULL CHECK (words <> ''),
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    CHECK ((passage_id IS NOT NULL) + (interview_id IS NOT NULL) + (code_id IS NOT NULL) = 1)
) STRICT;
CREATE UNIQUE INDEX memos_of_passages ON memos (passage_id, written_by);
CREATE UNIQUE INDEX memos_of_interviews ON memos (interview_id, written_by);
CREATE UNIQUE INDEX memos_of_codes ON memos (code_id, written_by);

-- What a researcher makes of one passage, part by part, in words of their own or the participant's.
CREATE TABLE job_statements (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    situation TEXT NOT NULL DEFAULT '',
    motivation TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '',
    pain TEXT NOT NULL DEFAULT '',
    workaround TEXT NOT NULL DEFAULT '',
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    UNIQUE (passage_id, written_by)
) STRICT;

-- What people decided about words that may tell who somebody is: replaced (by what, or as the program would) or kept.
CREATE TABLE pseudonyms (
    id INTEGER PRIMARY KEY,
    words TEXT NOT NULL UNIQUE CHECK (words <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'company', 'email', 'phone', 'other')),
    decision TEXT NOT NULL CHECK (decision IN ('replace', 'keep')),
    replacement TEXT NOT NULL DEFAULT '',
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
) STRICT;

-- Who else made the decision that a passage carries, where studies were merged; gone when it is decided otherwise.
CREATE TABLE seconded (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    coder TEXT NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (passage_id, coder)
) STRICT;

-- Which turns each coder has had before them. No decision, so history does not follow it.
CREATE TABLE turns_read (
    interview_id INTEGER NOT NULL REFERENCES interviews (id) ON DELETE CASCADE,
    coder TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (interview_id, coder, seq)
) STRICT, WITHOUT ROWID;
