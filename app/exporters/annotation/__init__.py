"""Outlines and masks in the formats of annotation programs."""
