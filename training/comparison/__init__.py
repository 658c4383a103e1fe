"""Models side by side: cost, latency, memory and accuracy in one run."""
