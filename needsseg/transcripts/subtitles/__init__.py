"""Subtitles: timed blocks of WebVTT and SRT."""
