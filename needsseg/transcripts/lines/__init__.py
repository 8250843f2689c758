"""Transcripts in plain lines: their layouts, labels and headers."""
