"""Learning from corrections: what would be learned, what it costs, and how a run goes."""
