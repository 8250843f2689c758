-- Labels beyond the interviewed accounts. The texts and answers themselves lie as Parquet files beside the study.

-- Texts that were put to confirmed segments: from which file, by which segmentation and model, with which promises.
CREATE TABLE assignments (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    parquet TEXT NOT NULL,
    version TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    backend TEXT NOT NULL,
    threshold REAL NOT NULL,
    expected_precision REAL NOT NULL,
    expected_coverage REAL NOT NULL,
    texts INTEGER NOT NULL,
    labelled INTEGER NOT NULL,
    confidence REAL,
    assigned_by TEXT NOT NULL,
    assigned_at TEXT NOT NULL
) STRICT;

-- Each saved state of the survey: its questions with their options and likelihoods, as JSON. Never changed, only added to.
CREATE TABLE surveys (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL CHECK (json_valid(body)),
    segmentation TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL
) STRICT;

-- Answers that were scored by one version of the survey.
CREATE TABLE survey_answers (
    id INTEGER PRIMARY KEY,
    survey_id INTEGER NOT NULL REFERENCES surveys (id) ON DELETE CASCADE,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    parquet TEXT NOT NULL,
    responses INTEGER NOT NULL,
    labelled INTEGER NOT NULL,
    routed_by TEXT NOT NULL,
    routed_at TEXT NOT NULL
) STRICT;
