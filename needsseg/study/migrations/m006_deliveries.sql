-- What left the house. Not in the history: sending cannot be undone.

-- One row per batch that was sent or file that was written: put in as started before, finished with the answer after.
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    destination TEXT NOT NULL,
    batch TEXT NOT NULL,
    rows INTEGER NOT NULL,
    first_account TEXT NOT NULL,
    last_account TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('started', 'written', 'accepted', 'partly', 'refused', 'failed')),
    rejected INTEGER NOT NULL DEFAULT 0,
    code INTEGER,
    words TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL,
    by TEXT NOT NULL
) STRICT;

-- What each destination was last known to take of each account: hashes of the row, the message's id, the segment's name.
CREATE TABLE delivered (
    destination TEXT NOT NULL,
    account_id TEXT NOT NULL,
    row_sha256 TEXT NOT NULL,
    facts_sha256 TEXT NOT NULL,
    message_id TEXT NOT NULL,
    segment_id INTEGER,
    segment TEXT NOT NULL DEFAULT '',
    at TEXT NOT NULL,
    PRIMARY KEY (destination, account_id)
) STRICT;
