"""Readings: forms that a clinician fills in, with proposals measured on the valid boundary."""
