"""What is learned: boundaries, scores, their losses, and fine-tuning."""
