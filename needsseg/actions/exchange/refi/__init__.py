"""Export REFI-QDA projects and codebooks from a study, and import them into one."""
