"""Classifiers: image and metadata in, malignancy logit out. One architecture per file, smallest variant included."""
