"""QUndoCommands: thin wrappers around the domain's reversible changes."""
