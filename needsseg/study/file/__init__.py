"""The study's file itself: backups, restoring, rescuing, erasing, faults, and what may lie around it."""
