"""Thresholds that several parts of the program share, or that readers may want to compare, each with its source."""

FEWEST_ACCOUNTS_IN_CELL = 5
"""Cells of a roll-up with fewer accounts are flagged, as a share of so few is uncertain. Our own choice."""
FEWEST_PRICED_ACCOUNTS = 5
"""A RICE weight that rests on fewer accounts with a known revenue carries a warning. Our own choice."""
FEWEST_PARTICIPANTS_IN_SEGMENT = 3
"""A segment with fewer participants carries a warning: two people may share more than a need. Our own choice."""
FEWEST_PARTICIPANTS_WITH_PHRASE = 3
"""A phrase that fewer participants use is not a keyword of a candidate: it may be a trade or a product. Our own choice."""
FEWEST_EVENTS_FOR_TREND = 10
"""With fewer events in the 30 days before, a drop is not called a trend: nine events more or less are chance. Our own choice."""
FEWEST_EVENTS_FOR_SHARE = 5
"""Of fewer events no share is stated, such as that of the API, and use on mobile devices alone is not called a habit. Our own
choice."""
MANY_FEATURES = 5
"""From so many different features used in 30 days on, an account's breadth is high. Our own choice."""
POWER_DAYS_PER_USER = 10
"""People who use a product on so many of 30 days are there every other working day (DAU/MAU of a third); 20% is common for
software at work. Our own choice."""
POWER_SEATS_PERCENT = 10
"""With a smaller share of the seats in use on the average day, a few keen people do not make the account a power user. Our own
choice."""
POWER_ACTIVE_DAYS = 20
"""Where events have no user ids, use on so many of 30 days, nearly every working day, is power use. Our own choice."""
MANY_INVITATIONS = 3
"""From so many invitations in 30 days on, a team is adopting the product. Our own choice."""
MOST_TRIGGERS_OF_ACCOUNT = 3
"""Lists show so many triggers of one kind for an account, and how many more there are; files have all. Our own choice."""
FEWEST_COMPARED_ACCOUNTS = 30
"""Segments are not compared with each other on a figure that fewer accounts have: with fifteen, only differences far larger
than usual could be told from chance. Our own choice."""
