"""What an answer came from, and how far the overlays that show it can be trusted."""
