-- What a person decides about passages beyond the segment they lie in, and what a run puts to a segment that is kept.

-- A person said that the passage speaks of no need.
CREATE TABLE off_topic (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER NOT NULL UNIQUE REFERENCES passages (id) ON DELETE CASCADE,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
) STRICT;

CREATE TABLE passage_pairs (
    id INTEGER PRIMARY KEY,
    first_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    second_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('together', 'apart')),
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    UNIQUE (first_id, second_id),
    CHECK (first_id < second_id)
) STRICT;
CREATE INDEX passage_pairs_by_second ON passage_pairs (second_id);

-- New material that a run puts to a kept segment, until a person admits or declines it.
CREATE TABLE proposed_passages (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER NOT NULL UNIQUE REFERENCES passages (id) ON DELETE CASCADE,
    segment_id INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    strength REAL NOT NULL
) STRICT;
CREATE INDEX proposed_passages_by_segment ON proposed_passages (segment_id);

-- A person declined the proposal: the passage is not proposed to that segment again.
CREATE TABLE declined_passages (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    segment_id INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
    declined_by TEXT NOT NULL,
    declined_at TEXT NOT NULL,
    UNIQUE (passage_id, segment_id)
) STRICT;
CREATE INDEX declined_passages_by_segment ON declined_passages (segment_id);

-- The job statement that a person wrote, beside the one assembled from the participants' own clauses.
ALTER TABLE segments ADD COLUMN statement TEXT NOT NULL DEFAULT '';
