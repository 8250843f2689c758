"""Tables on interviews: texts, turns, speakers, pseudonyms, and full-text search."""
