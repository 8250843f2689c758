-- The text that people wrote for the readout, a row a part; lists have a line an item, the part "needs" ids of segments.
CREATE TABLE readout (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    part TEXT NOT NULL UNIQUE CHECK (part <> ''),
    text TEXT NOT NULL CHECK (text <> '')
) STRICT;
