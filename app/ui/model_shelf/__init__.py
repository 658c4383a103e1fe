"""The models on this machine, their cards and exams, and which of them is in use."""
