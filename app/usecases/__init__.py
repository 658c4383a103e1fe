"""One user verb per file, one function per file; they know the domain and the ports."""
