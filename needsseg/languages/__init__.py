"""The languages that people speak in interviews: recognising them, and how they are spoken."""
