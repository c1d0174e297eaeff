"""`python -m promptreel` is the command `promptreel`."""

from promptreel.cli import main

main()
