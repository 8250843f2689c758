"""The report, gathered from the whole study."""
