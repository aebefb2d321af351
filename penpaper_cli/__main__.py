"""python -m penpaper_cli is pp."""

from penpaper_cli.cli import main

main()
