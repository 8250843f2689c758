-- The first shape of a study. Append-only: later shapes are later migrations.
-- Every table a person's work lives in has an INTEGER PRIMARY KEY: history refers to rows by it, and VACUUM keeps it.
-- Where people and scripts name rows by id, an id is never handed out twice (AUTOINCREMENT), not even after an undo.

CREATE TABLE interviews (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    format TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    warnings TEXT NOT NULL DEFAULT '[]',
    imported_at TEXT NOT NULL
) STRICT;

CREATE TABLE participants (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT NOT NULL DEFAULT '',
    company TEXT NOT NULL DEFAULT '',
    crm_id TEXT NOT NULL DEFAULT '',
    attributes TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE speakers (
    id INTEGER PRIMARY KEY,
    interview_id INTEGER NOT NULL REFERENCES interviews (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('interviewer', 'participant', 'other')),
    participant_id INTEGER REFERENCES participants (id) ON DELETE SET NULL,
    UNIQUE (interview_id, label)
) STRICT;

CREATE TABLE turns (
    id INTEGER PRIMARY KEY,
    interview_id INTEGER NOT NULL REFERENCES interviews (id) ON DELETE CASCADE,
    speaker_id INTEGER NOT NULL REFERENCES speakers (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    start_ms INTEGER,
    end_ms INTEGER,
    words TEXT NOT NULL,
    UNIQUE (interview_id, seq),
    CHECK (0 <= start AND start <= "end")
) STRICT;

CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    interview_id INTEGER NOT NULL REFERENCES interviews (id) ON DELETE CASCADE,
    speaker_id INTEGER NOT NULL REFERENCES speakers (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    quote TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('suggested', 'accepted', 'rejected')),
    origin TEXT NOT NULL CHECK (origin IN ('program', 'hand')),
    score REAL,
    reasons TEXT NOT NULL DEFAULT '[]',
    decided_by TEXT,
    decided_at TEXT,
    CHECK (0 <= start AND start < "end")
) STRICT;
CREATE INDEX passages_by_place ON passages (interview_id, start);

-- A quote is exactly the words at its place, whoever writes it.
CREATE TRIGGER passages_quote_insert BEFORE INSERT ON passages
WHEN NEW.quote IS NOT (SELECT substr(text, NEW.start + 1, NEW."end" - NEW.start) FROM interviews WHERE id = NEW.interview_id)
BEGIN SELECT raise(ABORT, 'the quote is not the text at its place'); END;
CREATE TRIGGER passages_quote_update BEFORE UPDATE ON passages
WHEN NEW.quote IS NOT (SELECT substr(text, NEW.start + 1, NEW."end" - NEW.start) FROM interviews WHERE id = NEW.interview_id)
BEGIN SELECT raise(ABORT, 'the quote is not the text at its place'); END;
CREATE TRIGGER interviews_text_fixed BEFORE UPDATE OF text ON interviews
WHEN NEW.text IS NOT OLD.text AND EXISTS (SELECT 1 FROM passages WHERE interview_id = OLD.id)
BEGIN SELECT raise(ABORT, 'the text of an interview with passages is fixed'); END;

CREATE TABLE codes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    parent_id INTEGER REFERENCES codes (id) ON DELETE SET NULL,
    description TEXT NOT NULL DEFAULT '',
    color TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE passage_codes (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    code_id INTEGER NOT NULL REFERENCES codes (id) ON DELETE CASCADE,
    coded_by TEXT NOT NULL,
    coded_at TEXT NOT NULL,
    UNIQUE (passage_id, code_id)
) STRICT;
CREATE INDEX passage_codes_by_code ON passage_codes (code_id);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at TEXT NOT NULL,
    model TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    seed INTEGER NOT NULL,
    parameters TEXT NOT NULL,
    versions TEXT NOT NULL,
    input_sha256 TEXT NOT NULL,
    input_status TEXT NOT NULL CHECK (input_status IN ('accepted', 'suggested')),
    warnings TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE TABLE run_passages (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    label INTEGER NOT NULL,
    strength REAL NOT NULL,
    UNIQUE (run_id, passage_id)
) STRICT;
CREATE INDEX run_passages_by_passage ON run_passages (passage_id);

-- Candidates and segments share a table and its ids: a candidate becomes a segment when a person touches it.
CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL CHECK (name <> ''),
    description TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL CHECK (status IN ('candidate', 'named', 'confirmed', 'set_aside', 'merged')),
    run_id INTEGER REFERENCES runs (id) ON DELETE SET NULL,
    run_label INTEGER,
    keywords TEXT NOT NULL DEFAULT '[]',
    stability REAL,
    suggested_names TEXT NOT NULL DEFAULT '[]',
    warnings TEXT NOT NULL DEFAULT '[]',
    merged_into INTEGER REFERENCES segments (id) ON DELETE SET NULL,
    split_from INTEGER REFERENCES segments (id) ON DELETE SET NULL,
    confirmed_by TEXT,
    confirmed_at TEXT,
    evidence TEXT,
    CHECK (status <> 'confirmed' OR (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL AND evidence IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX segments_kept_name ON segments (name) WHERE status IN ('named', 'confirmed', 'set_aside');

CREATE TABLE segment_passages (
    id INTEGER PRIMARY KEY,
    segment_id INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    passage_id INTEGER NOT NULL UNIQUE REFERENCES passages (id) ON DELETE CASCADE,
    strength REAL NOT NULL,
    exemplar INTEGER,
    placed_by TEXT NOT NULL CHECK (placed_by IN ('run', 'hand'))
) STRICT;
CREATE INDEX segment_passages_by_segment ON segment_passages (segment_id);

CREATE TABLE account_links (
    id INTEGER PRIMARY KEY,
    participant_id INTEGER NOT NULL UNIQUE REFERENCES participants (id) ON DELETE CASCADE,
    account_id TEXT,
    linked_by TEXT NOT NULL,
    linked_at TEXT NOT NULL
) STRICT;

CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL UNIQUE CHECK (kind IN ('accounts', 'events', 'subscriptions')),
    file_name TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    mapping TEXT NOT NULL,
    parquet TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    imported_at TEXT NOT NULL
) STRICT;

-- A cache: losing it costs time, never work, so history does not follow it.
CREATE TABLE vectors (
    model_sha256 TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (model_sha256, text_sha256)
) STRICT, WITHOUT ROWID;

-- Where each screen was left.
CREATE TABLE places (
    screen TEXT PRIMARY KEY,
    place TEXT NOT NULL
) STRICT;

CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    action TEXT NOT NULL,
    summary TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'superseded'))
) STRICT;

CREATE TABLE history_rows (
    id INTEGER PRIMARY KEY,
    history_id INTEGER NOT NULL REFERENCES history (id) ON DELETE CASCADE,
    table_name TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    columns TEXT NOT NULL,
    before TEXT,
    after TEXT
) STRICT;
CREATE INDEX history_rows_by_entry ON history_rows (history_id);

-- The entry that is being written, inside its transaction only.
CREATE TABLE history_now (history_id INTEGER NOT NULL) STRICT;
