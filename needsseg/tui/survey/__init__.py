"""The screen of the onboarding survey."""
