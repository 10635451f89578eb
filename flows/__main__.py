"""`python -m flows` is `tenfour`."""

from flows.cli import main

main()
