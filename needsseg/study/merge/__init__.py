"""A colleague's study joined into this one."""
