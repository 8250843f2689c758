"""REFI-QDA projects and codebooks, out of a study and into one."""
