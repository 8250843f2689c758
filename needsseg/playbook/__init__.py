"""Room 6: interventions, triggers and RICE scores from profiles."""
