"""Room 4: assign texts to segments, and derive primary needs."""

from needsseg.segments.assigning import Assigner, Assignment, assign, learn
from needsseg.segments.primary import primary_needs
from needsseg.segments.rerun import Beside, beside_kept

__all__ = ["Assigner", "Assignment", "Beside", "assign", "beside_kept", "learn", "primary_needs"]
