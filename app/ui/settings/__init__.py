"""The settings page and the device page."""
