-- The text of an interview may be replaced by an edited one; a passage whose words cannot be placed in it is kept as it was.

ALTER TABLE passages ADD COLUMN anchored INTEGER NOT NULL DEFAULT 1 CHECK (anchored IN (0, 1));

DROP TRIGGER passages_quote_insert;
DROP TRIGGER passages_quote_update;
DROP TRIGGER interviews_text_fixed;

-- A quote is exactly the words at its place, whoever writes it, unless it is marked as having no place.
CREATE TRIGGER passages_quote_insert BEFORE INSERT ON passages
WHEN NEW.anchored = 1 AND NEW.quote IS NOT
    (SELECT substr(text, NEW.start + 1, NEW."end" - NEW.start) FROM interviews WHERE id = NEW.interview_id)
BEGIN SELECT raise(ABORT, 'the quote is not the text at its place'); END;
CREATE TRIGGER passages_quote_update BEFORE UPDATE ON passages
WHEN NEW.anchored = 1 AND NEW.quote IS NOT
    (SELECT substr(text, NEW.start + 1, NEW."end" - NEW.start) FROM interviews WHERE id = NEW.interview_id)
BEGIN SELECT raise(ABORT, 'the quote is not the text at its place'); END;
CREATE TRIGGER interviews_text_fixed BEFORE UPDATE OF text ON interviews
WHEN NEW.text IS NOT OLD.text AND EXISTS (SELECT 1 FROM passages WHERE interview_id = OLD.id AND anchored = 1)
BEGIN SELECT raise(ABORT, 'the text of an interview with anchored passages is fixed'); END;

-- Each mark has its coder: two people may put the same code on one passage, and each takes off their own.
CREATE TABLE passage_codes_by_coder (
    id INTEGER PRIMARY KEY,
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    code_id INTEGER NOT NULL REFERENCES codes (id) ON DELETE CASCADE,
    coded_by TEXT NOT NULL,
    coded_at TEXT NOT NULL,
    UNIQUE (passage_id, code_id, coded_by)
) STRICT;
INSERT INTO passage_codes_by_coder SELECT id, passage_id, code_id, coded_by, coded_at FROM passage_codes;
DROP TABLE passage_codes;
ALTER TABLE passage_codes_by_coder RENAME TO passage_codes;
CREATE INDEX passage_codes_by_code ON passage_codes (code_id);
