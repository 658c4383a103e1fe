"""What the screens about learning share: words, exam, promotion."""
