"""Room 4: candidates become segments."""

from needsseg.segments.primary import primary_needs
from needsseg.segments.rerun import Beside, beside_kept

__all__ = ["Beside", "beside_kept", "primary_needs"]
