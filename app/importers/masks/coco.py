"""COCO instances (cocodataset.org, format-data): polygons, and run lengths written out or compressed."""

from pathlib import Path

from app.domain.errors import InvalidFieldError, UnreadableFileError
from app.importers.masks.drawn_image import DrawnImages, DrawnImagesDraft, Size
from app.importers.masks.json_file import JsonObject, objects_in, size_in, text_in
from app.importers.masks.run_lengths import uncompressed
from app.importers.masks.shapes import Shape, polygon, run_lengths
from app.translation import _

_UNLABELLED = "lesion"


def is_coco(document: JsonObject) -> bool:
    """Say whether a JSON file is one of COCO instances."""
    return isinstance(document.get("images"), list) and isinstance(document.get("annotations"), list)


def coco_images(document: JsonObject, path: Path) -> DrawnImages:
    """Return what is drawn on each image of a COCO file; raises UnreadableFileError when it is damaged."""
    del path
    draft = DrawnImagesDraft()
    name_by_id: dict[object, str] = {}
    for image in objects_in(document, "images"):
        name = text_in(image, "file_name")
        if not name or not isinstance(image.get("id"), int | str):
            raise UnreadableFileError(_("An image of the COCO file has no id or no file name."))
        name_by_id[image["id"]] = name
        draft.image(name, size_in(image, "height", "width"))
    label_by_id = _labels(document)
    for drawn in objects_in(document, "annotations"):
        image_id, category = drawn.get("image_id"), drawn.get("category_id")
        image_name = name_by_id.get(image_id) if isinstance(image_id, int | str) else None
        if image_name is None:
            raise UnreadableFileError(
                _("A shape of the COCO file is on an image that the file does not name.")
            )
        label = label_by_id.get(category, _UNLABELLED) if isinstance(category, int | str) else _UNLABELLED
        try:
            shapes = _shapes(drawn.get("segmentation"), draft.sizes[image_name])
        except InvalidFieldError as error:
            draft.refuse(image_name, str(error))
            continue
        if shapes:
            draft.add(image_name, label, shapes, is_of_interest=_is_of_interest(drawn))
        else:
            draft.leave_out("box" if drawn.get("bbox") else _("shape without an outline"))
    return draft.finished()


def _is_of_interest(drawn: JsonObject) -> bool:
    """Say whether an entry names itself the lesion of interest, as Naevus' own exports do."""
    attributes = drawn.get("attributes")
    return isinstance(attributes, dict) and attributes.get("of_interest") is True


def _labels(document: JsonObject) -> dict[object, str]:
    if not isinstance(document.get("categories"), list):
        return {}
    return {
        category["id"]: text_in(category, "name", _UNLABELLED)
        for category in objects_in(document, "categories")
        if isinstance(category.get("id"), int | str)
    }


def _shapes(segmentation: object, size_px: Size | None) -> list[Shape]:
    """The shapes of one entry; an outline in several parts is the union of them."""
    if isinstance(segmentation, list):
        return [_ring(ring) for ring in segmentation]
    if not isinstance(segmentation, dict):
        return []
    counts, size = segmentation.get("counts"), segmentation.get("size")
    if not isinstance(size, list) or len(size) != 2 or not all(isinstance(side, int) for side in size):
        raise InvalidFieldError("mask", _("The run lengths do not say of which size they are."))
    rows, columns = size
    if size_px is not None and (rows, columns) != size_px:
        raise InvalidFieldError(
            "mask",
            _(
                "The run lengths are of {columns} x {rows} px, but the file says that "
                "the image has {value} x {value_2} px."
            ).format(columns=columns, rows=rows, value=size_px[1], value_2=size_px[0]),
        )
    if isinstance(counts, str):
        counts = uncompressed(counts)
    if not isinstance(counts, list):
        raise InvalidFieldError("mask", _("The run lengths are missing."))
    return [run_lengths(counts, (rows, columns))]


def _ring(ring: object) -> Shape:
    if not isinstance(ring, list) or len(ring) % 2:
        raise InvalidFieldError("mask", _("An outline is no list of pairs of numbers."))
    return polygon(list(zip(ring[::2], ring[1::2], strict=True)))
