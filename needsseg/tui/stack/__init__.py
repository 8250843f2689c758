"""The screen of roll-ups, and what is opened from it."""
