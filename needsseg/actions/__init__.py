"""Every verb a person or a script can do, once: load from the study, call a room, store, journal. Doors import these."""
