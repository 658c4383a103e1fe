"""Lesions: those of one image beside the one of interest, and those followed over visits, filed and moved."""
