"""The work list: which cases there are, which one is next, and how new ones come in."""
