"""Evidence for a candidate: exemplars, keywords, what a card can quote, and how firmly it stands apart."""
