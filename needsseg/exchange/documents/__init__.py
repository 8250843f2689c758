"""Documents to read and forward: one content, written as Markdown, as a web page or as a Word file; and workbooks."""
