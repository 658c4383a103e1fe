"""The head of the work list: what is searched for, as words and as conditions that stand on chips."""
