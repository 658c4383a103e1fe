"""How hidden folders are named in which files are made before they are moved to their place."""

EXPORT_WORKSPACE_PREFIX = ".naevus-"
"""Begins the names of those of exports, so that the sweep after a crash knows them."""
