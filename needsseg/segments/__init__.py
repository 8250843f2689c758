"""Room 4: candidates become segments."""

from needsseg.segments.primary import primary_needs
from needsseg.segments.rerun import Kept, keep_decided

__all__ = ["Kept", "keep_decided", "primary_needs"]
