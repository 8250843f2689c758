"""The coding screen: a transcript, its passages, and a decision a key."""
