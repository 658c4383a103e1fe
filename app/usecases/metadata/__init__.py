"""Tables of metadata entered into stored cases: a plan to look at, then edits as the forms make."""
