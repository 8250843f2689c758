"""What people wait for, timed side by side with what they would use instead."""
