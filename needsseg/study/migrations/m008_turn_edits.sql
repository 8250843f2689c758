-- Turns are mended after the import: split, joined, given to another speaker, cut.

-- How often an interview's turns were mended by hand since its text was read from a file.
ALTER TABLE interviews ADD COLUMN mended INTEGER NOT NULL DEFAULT 0 CHECK (mended >= 0);

-- Words that a person said are no speech. They are in no turn, but not lost.
CREATE TABLE removed_speech (
    id INTEGER PRIMARY KEY,
    interview_id INTEGER NOT NULL REFERENCES interviews (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL CHECK (seq >= 0),
    label TEXT NOT NULL,
    start_ms INTEGER,
    words TEXT NOT NULL CHECK (words <> ''),
    removed_by TEXT NOT NULL,
    removed_at TEXT NOT NULL
) STRICT;
CREATE INDEX removed_speech_by_interview ON removed_speech (interview_id);

-- Which turns were read before and after an action that renumbered them, as [[coder, seq], …]: history follows no reading,
-- but undo must not say that other turns were read than those that were.
CREATE TABLE turns_read_around (
    history_id INTEGER PRIMARY KEY REFERENCES history (id) ON DELETE CASCADE,
    interview_id INTEGER NOT NULL,
    before TEXT NOT NULL CHECK (json_valid(before)),
    after TEXT NOT NULL CHECK (json_valid(after))
) STRICT;

-- Turns that only move, and passages that follow them, keep their words: the index of words stays as it is then.
DROP TRIGGER turns_au;
CREATE TRIGGER turns_au AFTER UPDATE ON turns WHEN old.words IS NOT new.words BEGIN
    INSERT INTO turns_fts (turns_fts, rowid, words) VALUES ('delete', old.rowid, old.words);
    INSERT INTO turns_fts (rowid, words) VALUES (new.rowid, new.words);
END;
DROP TRIGGER passages_au;
CREATE TRIGGER passages_au AFTER UPDATE ON passages WHEN old.quote IS NOT new.quote BEGIN
    INSERT INTO passages_fts (passages_fts, rowid, quote) VALUES ('delete', old.rowid, old.quote);
    INSERT INTO passages_fts (rowid, quote) VALUES (new.rowid, new.quote);
END;
