"""Formats by which other systems of a hospital take up a case."""
