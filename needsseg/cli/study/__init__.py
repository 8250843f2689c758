"""Commands on the study as a whole."""
