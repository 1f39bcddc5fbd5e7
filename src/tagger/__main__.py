"""`python -m tagger` is `tagger`."""

from tagger.cli import main

main()
