"""Tables on account data: sources, links to participants, assigned texts, deliveries, surveys."""
