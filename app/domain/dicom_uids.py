"""DICOM UIDs of what the case store holds: the same at every export, and never made from patient data.

They are UUIDs as UIDs (PS3.5, B.2) by name (RFC 9562, version 5), from the store's own random identifiers and
the hashes of the stored files. De-identified files have others than files with identity, so that who has both
cannot tell by them that they belong together.
"""

import uuid
from typing import Final

from app.domain.ids import BlobName, ImageId, LesionId

_NAMESPACE: Final = uuid.UUID("6ad3e7f8-61b0-5a52-93d6-5ad0d0c0f7b4")


def item_uid(kind: str, *names: str, deidentified: bool) -> str:
    """Return the UID of a stored item by its identifiers and the hashes of what it is made from."""
    scope = "de-identified" if deidentified else "with identity"
    name = "\n".join((scope, kind, *names))
    return f"2.25.{uuid.uuid5(_NAMESPACE, name).int}"


def image_uid(image_id: ImageId, upright: BlobName, *, deidentified: bool) -> str:
    """Return the SOP Instance UID of an exported image."""
    return item_uid("image", image_id, upright, deidentified=deidentified)


def lesion_uid(lesion_id: LesionId, tracking_uid: str, *, deidentified: bool) -> str:
    """Return the Tracking UID of a lesion; that of its files is kept where identity may go out."""
    if tracking_uid and not deidentified:
        return tracking_uid
    return item_uid("lesion", lesion_id, deidentified=deidentified)
