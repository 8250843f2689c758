"""Evidence for a candidate: exemplars, keywords, quotes for cards, and separation from other candidates."""
