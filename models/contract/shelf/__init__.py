"""Model folders: cards, the shelf they stand on, exam, gate and triage bands."""
