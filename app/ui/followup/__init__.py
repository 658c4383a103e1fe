"""The screen on which two visits of a lesion are compared."""
