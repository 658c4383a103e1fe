"""What the screens about learning share: the exam and the promotion."""
