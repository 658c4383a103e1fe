"""Lesions followed over visits: the patient tree, and what was filed wrongly put right."""
