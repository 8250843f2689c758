-- The version of the program that did an action; empty for actions that were done before this was noted.
ALTER TABLE history ADD COLUMN program TEXT NOT NULL DEFAULT '';

-- What the model for names marked in a text, as JSON: a cache like vectors, keyed by the text's hash, so that it holds no words.
CREATE TABLE name_marks (
    model TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    marks TEXT NOT NULL,
    PRIMARY KEY (model, text_sha256)
) STRICT, WITHOUT ROWID;
