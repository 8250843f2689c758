"""Room 4: candidates become segments."""

from needsseg.segments.assigning import Assigner, Assignment, assign, learn
from needsseg.segments.primary import primary_needs
from needsseg.segments.rerun import Beside, beside_kept

__all__ = ["Assigner", "Assignment", "Beside", "assign", "beside_kept", "learn", "primary_needs"]
