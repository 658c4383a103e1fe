"""Finds the stored image on which a DICOM segmentation was drawn: by its UID, else by that of its lesion."""

from collections import defaultdict
from functools import cached_property

from app.domain.errors import NotFoundError
from app.domain.ids import ImageId
from app.domain.named_image import NamedImage
from app.imaging.file_kind import DICOM
from app.importers.masks.drawn_image import DrawnImage, DrawnImagesDraft
from app.importers.masks.segment import DicomSegmentation
from app.importers.masks.shapes import Patch
from app.translation import _
from app.usecases.services import Services


class SegmentedImages:
    """The images of the work list by the UIDs that they, their lesions and their original files have."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def drawn_on(self, read: DicomSegmentation) -> tuple[ImageId, DrawnImage]:
        """Return the image of a segmentation, and what is drawn on it.

        Raises:
            NotFoundError: it was drawn on none, on several, or it names another patient.
        """
        found = self._found(read)
        if not found.is_of_patient(read.patient_number):
            raise NotFoundError(
                _("The segmentation names another patient than the case of the image it was drawn on.")
            )
        return found.id, _drawn(read, found)

    def _found(self, read: DicomSegmentation) -> NamedImage:
        for by_uid in (self._by_image_uid, self._by_original_uid):
            if found := [by_uid[uid] for uid in sorted(read.source_uids) if uid in by_uid]:
                return _only(found)
        tracked = {segment.tracking_uid for segment in read.segments if segment.tracking_uid}
        by_lesion = [image for uid in sorted(tracked) for image in self._by_lesion_uid.get(uid, ())]
        if not by_lesion:
            raise NotFoundError(
                _("No case has the image or the lesion that the segmentation names by its DICOM UID.")
            )
        return _only(by_lesion)

    @cached_property
    def _images(self) -> list[NamedImage]:
        with self._services.store.reading() as work:
            return work.named_images.all()

    @cached_property
    def _by_image_uid(self) -> dict[str, NamedImage]:
        return {uid: image for image in self._images for uid in image.image_uids}

    @cached_property
    def _by_original_uid(self) -> dict[str, NamedImage]:
        """By the UIDs of the imported DICOM files, whose heads are read at the first call."""
        # pydicom is loaded with the first such segmentation, not when the window opens.
        from app.imaging.dicom.instance_uid import instance_uid

        blobs = self._services.store.blobs
        originals = [image for image in self._images if image.media_type == DICOM.media_type]
        return {instance_uid(blobs.path(image.original)): image for image in originals}

    @cached_property
    def _by_lesion_uid(self) -> dict[str, list[NamedImage]]:
        found = defaultdict(list)
        for image in self._images:
            for uid in image.lesion_uids:
                found[uid].append(image)
        return found


def _only(found: list[NamedImage]) -> NamedImage:
    images = {image.id: image for image in found}
    if len(images) > 1:
        raise NotFoundError(
            _(
                "{count} cases have an image that the segmentation may have been drawn on; correct them one "
                "by one."
            ).format(count=len(images))
        )
    return found[0]


def _drawn(read: DicomSegmentation, image: NamedImage) -> DrawnImage:
    """Return the segments as other programs' shapes are taken; the lesion of the case is of interest."""
    draft = DrawnImagesDraft()
    draft.image(image.id, read.size_px)
    for segment in read.segments:
        is_of_interest = len(read.segments) > 1 and segment.tracking_uid in image.lesion_uids
        patch = Patch(segment.mask, left_px=0, top_px=0)
        draft.add(image.id, segment.label, [patch], is_of_interest=is_of_interest)
    return draft.finished().images[0]
