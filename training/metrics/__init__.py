"""Figures of a model card from probabilities alone: calibration, thresholds, bands, intervals."""
