"""Thresholds that several parts of the program share, or that readers may want to compare, each with its source."""

FEWEST_ACCOUNTS_IN_CELL = 5
"""Cells of a roll-up with fewer accounts are flagged, as a share of so few is uncertain. Our own choice."""
FEWEST_PRICED_ACCOUNTS = 5
"""A RICE weight that rests on fewer accounts with a known revenue carries a warning. Our own choice."""
FEWEST_PARTICIPANTS_IN_SEGMENT = 3
"""A segment with fewer participants carries a warning: two people may share more than a need. Our own choice."""
FEWEST_PARTICIPANTS_WITH_PHRASE = 3
"""A phrase that fewer participants use is not a keyword of a candidate: it may be a trade or a product. Our own choice."""
