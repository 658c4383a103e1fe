"""Finds where the points of one photograph of a lesion lie in another one, from their pixels alone."""
