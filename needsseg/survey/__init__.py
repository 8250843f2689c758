"""Room 6: five questions that place a customer in a segment."""
