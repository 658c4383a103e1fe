"""Who is to decide a case, free words on it, and searches that are kept under a name."""
