"""The report that people read and forward: what it says, and the same content as a page or as Markdown."""
