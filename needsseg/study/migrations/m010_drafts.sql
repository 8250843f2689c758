-- Undo belongs to the person; words that are being written outlive a closed terminal.

-- Ids that history knows are never handed out again, so that undo and redo of several people cannot meet in a row that is
-- another one by now. AUTOINCREMENT changes nothing of how rows are stored (https://sqlite.org/lang_altertable.html, 7).
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, 'id INTEGER PRIMARY KEY,', 'id INTEGER PRIMARY KEY AUTOINCREMENT,')
WHERE type = 'table' AND name IN (
    'interviews', 'participants', 'speakers', 'turns', 'removed_speech', 'seconded', 'codes', 'passage_codes', 'memos',
    'job_statements', 'pseudonyms', 'run_passages', 'segment_passages', 'off_topic', 'passage_pairs', 'proposed_passages',
    'declined_passages', 'answers', 'account_links', 'sources', 'assignments', 'surveys', 'survey_answers', 'import_choices'
);
PRAGMA writable_schema = RESET;
INSERT INTO sqlite_sequence (name, seq)
SELECT table_name, max(row_id) FROM history_rows WHERE table_name NOT IN (SELECT name FROM sqlite_sequence)
GROUP BY table_name;

-- The order in which actions last took effect or were taken back: ids tell when they were first done.
ALTER TABLE history ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
-- Who sat at the keyboard, where the action stands under another name; else empty.
ALTER TABLE history ADD COLUMN entered_by TEXT NOT NULL DEFAULT '';
-- Who took it back, and may do it again.
ALTER TABLE history ADD COLUMN undone_by TEXT NOT NULL DEFAULT '';
UPDATE history SET position = id;
-- Those undone last have the lowest ids: they are the first to be done again.
UPDATE history SET undone_by = actor, position = 2 * (SELECT max(id) FROM history) - id + 1 WHERE state = 'undone';

-- Whoever does something new gives up what they could have done again of their own.
CREATE TRIGGER history_entered AFTER INSERT ON history BEGIN
    UPDATE history SET state = 'superseded' WHERE state = 'undone'
        AND undone_by = coalesce(nullif(NEW.entered_by, ''), NEW.actor) AND undone_by IN (actor, entered_by);
    UPDATE history SET undone_by = '' WHERE state = 'undone'
        AND undone_by = coalesce(nullif(NEW.entered_by, ''), NEW.actor);
    UPDATE history SET position = 1 + (SELECT max(position) FROM history) WHERE id = NEW.id;
END;

-- What somebody is writing and has not saved. Private, no decision: history does not follow it, and no export holds it.
-- interview_id names the interview that it speaks of; no reference, so that a draft outlives an interview that comes back.
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind <> ''),
    target TEXT NOT NULL,
    coder TEXT NOT NULL,
    interview_id INTEGER,
    about TEXT NOT NULL,
    words TEXT NOT NULL CHECK (json_valid(words)),
    written_at TEXT NOT NULL,
    UNIQUE (kind, target, coder)
) STRICT;
