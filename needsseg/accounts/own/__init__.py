"""The team's own columns of accounts: which there are and of which type, their values, and the segments they divide into."""
