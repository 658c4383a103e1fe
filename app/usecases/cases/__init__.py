"""Cases: imported, listed, opened, decided, removed."""
