"""Keys: in which order they are handled, where their bindings are, how they are shown, and those that the user sets."""
