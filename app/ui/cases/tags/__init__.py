"""Tags of cases: how they are drawn, and the dialog that puts them on."""
