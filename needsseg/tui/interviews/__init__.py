"""The screen of interviews: import with its preview, people, pseudonyms."""
