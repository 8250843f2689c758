-- The columns that the next export to a target has, where a person chose them; columns is a list of their keys.
CREATE TABLE export_columns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL UNIQUE CHECK (target <> ''),
    columns TEXT NOT NULL CHECK (json_valid(columns))
) STRICT;
