"""Room 6: test whether segments predict retention."""
