"""The screen of segments: candidates, their evidence, and the decisions on them."""
