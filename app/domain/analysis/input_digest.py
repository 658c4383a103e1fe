"""A digest of everything that a score is computed from; it tells when a stored score is outdated.

What a score model reads belongs here; what it does not read (a name, a note) must stay out, or scores would
be computed again for nothing.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from app.domain.fields import FieldValue
from app.domain.ids import BlobName


@dataclass(frozen=True, slots=True)
class ScoredInputs:
    """What a score model with certain weights is given for an image, the pixels apart: they never change."""

    mask: BlobName | None
    entered: Mapping[str, FieldValue]
    """Values of the entered fields by their names."""
    mm_per_px: float | None
    fellow_sizes_mm: Sequence[float]
    """Longest diameters of the patient's other lesions; read only where the image has a scale."""
    measurement_definition: str
    """Name of the formulas of the measurements."""
    weights_sha256: str

    @property
    def sha256(self) -> str:
        """Return the digest, 64 hexadecimal characters; the order of the fellow lesions does not matter."""
        facts = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "entered"}
        facts["fellow_sizes_mm"] = sorted(self.fellow_sizes_mm) if self.mm_per_px is not None else []
        facts |= self.entered
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
