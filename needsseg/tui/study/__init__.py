"""The study as a whole: its file, backups, history, undo and drafts."""
