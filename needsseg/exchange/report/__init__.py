"""The report: its content, and the same content as an HTML page or as Markdown."""
