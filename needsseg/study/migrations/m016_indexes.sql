-- What an action, an undo or a key looks up is found by an index, however long the history and the study are.

-- The newest action that stands, the one undone last, and what came after an action.
CREATE INDEX history_by_position ON history (position);
CREATE INDEX history_undone ON history (position) WHERE state = 'undone';
-- Which actions touched a row.
CREATE INDEX history_rows_by_row ON history_rows (table_name, row_id, history_id);

-- Rows that refer to one that changes or goes; SQLite looks for them at every such change.
CREATE INDEX turns_by_speaker ON turns (speaker_id);
CREATE INDEX passages_by_speaker ON passages (speaker_id);
CREATE INDEX speakers_by_participant ON speakers (participant_id);
CREATE INDEX codes_by_parent ON codes (parent_id);
CREATE INDEX segments_by_run ON segments (run_id);
CREATE INDEX segments_by_merger ON segments (merged_into);
CREATE INDEX segments_by_split ON segments (split_from);
CREATE INDEX proposed_passages_by_run ON proposed_passages (run_id);
CREATE INDEX survey_answers_by_survey ON survey_answers (survey_id);
CREATE INDEX turns_read_around_by_entry ON turns_read_around (history_id);
