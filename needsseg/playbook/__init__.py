"""Room 6: what a profile drives: interventions, triggers, RICE."""
