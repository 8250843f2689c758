-- Users, cancellations, tickets and scores are sources of account data like the others.

-- Loosening a check changes nothing of how rows are stored (https://sqlite.org/lang_altertable.html, 7).
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(
    sql,
    '''accounts'', ''events'', ''subscriptions''',
    '''accounts'', ''events'', ''subscriptions'', ''users'', ''churn'', ''tickets'', ''nps'''
) WHERE type = 'table' AND name = 'sources';
PRAGMA writable_schema = RESET;
