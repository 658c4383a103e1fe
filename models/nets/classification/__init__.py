"""Classifiers: image and metadata in, malignancy logit out; one architecture per file with its variants."""
