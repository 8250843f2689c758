"""The screen of accounts, with one account opened, matches, mapping and assigned texts."""
