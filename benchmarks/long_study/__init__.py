"""A long study of interviews: made by needsseg's own actions, and measured by ``python -m benchmarks.long_study``."""
