"""Masks that people draw."""
