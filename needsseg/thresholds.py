"""Thresholds that several parts of the program share, or that readers may want to compare, each with its source."""

FEWEST_ACCOUNTS_IN_CELL = 5
"""Cells of a roll-up with fewer accounts are flagged, as a share of so few is uncertain. Our own choice."""
FEWEST_PRICED_ACCOUNTS = 5
"""A RICE weight that rests on fewer accounts with a known revenue carries a warning. Our own choice."""
FEWEST_PARTICIPANTS_IN_SEGMENT = 3
"""A segment with fewer participants carries a warning: two people may share more than a need. Our own choice."""
FEWEST_PARTICIPANTS_WITH_PHRASE = 3
"""A phrase that fewer participants use is not a keyword of a candidate: it may be a trade or a product. Our own choice."""
AT_RISK_DROP_PERCENT = 30
"""An account is at risk where its events of the last 30 days fell by more than this share, from those of the 30 days before.
From the method that the product follows: usage down 30% in a month."""
FEWEST_EVENTS_FOR_TREND = 10
"""With fewer events in the 30 days before, a drop is not called a trend: nine events more or less are chance. Our own choice."""
NEW_ACCOUNT_DAYS = 60
"""An account that signed up at most this long ago is new. Our own choice."""
FEWEST_EVENTS_MOBILE_ONLY = 5
"""With fewer events, use on mobile devices alone is not called a habit. Our own choice."""
MANY_FEATURES = 5
"""From so many different features used in 30 days on, an account's breadth is high. Our own choice."""
FEWEST_COMPARED_ACCOUNTS = 30
"""Segments are not compared with each other on a figure that fewer accounts have: with fifteen, only differences far larger
than usual could be told from chance. Our own choice."""
