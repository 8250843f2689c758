"""Labels of accounts from texts that customers wrote: the texts, their assigned parts, and the same on Spark."""
