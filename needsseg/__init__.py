"""needsseg: from interview transcripts to needs-based customer segments, on your own machine."""

__version__ = "0.1.0"
