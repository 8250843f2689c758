"""Tables on segments: runs, candidates, constraints, needs, cards, lineage, and cached vectors."""
