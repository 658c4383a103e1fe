"""Pseudonyms of patients, lesions and images, by which de-identified files name them."""

import hashlib

_DIGITS = 10


def pseudonym(kind: str, identifier: str) -> str:
    """Return a stable name for a patient (P), lesion (L) or image (I) of the store."""
    digest = hashlib.sha256(f"naevus pseudonym {kind} {identifier}".encode()).hexdigest()
    return f"{kind}-{digest[:_DIGITS]}"
