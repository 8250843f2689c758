-- How files are read, where a person chose it, and what became of the words of each file.

-- What a person chose for files of one shape (ending, layout, columns or way of labelling speakers), as JSON.
CREATE TABLE import_choices (
    id INTEGER PRIMARY KEY,
    shape TEXT NOT NULL UNIQUE CHECK (shape <> ''),
    choices TEXT NOT NULL,
    chosen_by TEXT NOT NULL,
    chosen_at TEXT NOT NULL
) STRICT;

-- The account of the source's words, doubts about who said what, its title and attributes of its speakers, as JSON.
ALTER TABLE interviews ADD COLUMN reading TEXT NOT NULL DEFAULT '{}';
