"""JSON of transcription services."""
