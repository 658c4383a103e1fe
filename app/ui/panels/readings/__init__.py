"""The panel of readings: a form, its criteria in rows, the total, and what was begun and not recorded."""
