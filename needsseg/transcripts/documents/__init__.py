"""Documents: Word, OpenDocument, rich text, PDF and web pages, and the layouts within them."""
