"""`python -m embedkit`: the command line."""

from embedkit.cli import main

main()
