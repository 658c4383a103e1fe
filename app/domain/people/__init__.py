"""Patients as persons: names, numbers, ages, and who can be one person."""
