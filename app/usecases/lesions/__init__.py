"""The lesions of an image beside the one of interest: added, drawn, removed, chosen, taken back."""
