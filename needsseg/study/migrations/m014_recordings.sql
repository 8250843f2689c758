-- The recording of an interview: where its file is, from the study's folder where it lies near that, else from the top; and how
-- much later (in milliseconds, negative: earlier) the recording's clock shows what the transcript's times say.
CREATE TABLE recordings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    interview_id INTEGER NOT NULL UNIQUE REFERENCES interviews (id) ON DELETE CASCADE,
    path TEXT NOT NULL CHECK (path <> ''),
    offset_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
