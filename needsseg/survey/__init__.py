"""Room 6: an onboarding survey of up to five questions that assigns customers to segments."""
