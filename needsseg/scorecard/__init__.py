"""Room 6: what segments say about customers: figures and use by segment, how they differ, and findings in sentences."""
