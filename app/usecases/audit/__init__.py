"""The audit trail of the whole store, looked through and written to a file."""
