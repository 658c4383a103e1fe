"""Readings: published forms with their criteria, and a clinician's answers to them, kept for good."""
