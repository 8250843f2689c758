"""Whether a study survives what breaks programs: kills, full disks, several people at once, hostile files, long undoing."""
