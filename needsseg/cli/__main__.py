"""``python -m needsseg.cli``."""

from needsseg.cli import main

main()
