"""One user verb per file, one function per file; they know the domain, storage, imaging and runs.

What has two fillings is a port, in the room of its subject: predictor, exporter, run launcher, stroke journal
and cancel token.
"""
