"""The outlines of each valid mask as GeoJSON, as QuPath reads it onto the open image."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.exporters.annotation.mask_outlines import Region, Ring, outlined_regions
from app.exporters.case_index import OTHER_LESION
from app.exporters.file_per_case import has_lesions, write_file_per_case
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, ShownLesion, Writing

_LESION = {"name": "lesion", "color": [213, 94, 0]}
_OTHER = {"name": OTHER_LESION, "color": [0, 114, 178]}


class QuPathGeoJson:
    """Outlines in a new folder, in pixels from the top left corner; holes are rings of their own."""

    name = "qupath_geojson"
    label = N_("QuPath (GeoJSON)")
    suffix = ".geojson"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_geojson/<case>.geojson``; raises ExportError."""
        return write_file_per_case(
            cases,
            folder,
            manner,
            name="naevus_geojson",
            ending=".geojson",
            is_shown=has_lesions,
            encode=_content,
        )


def _content(file: CaseFile) -> bytes:
    """One feature for each lesion, in as many parts as it has."""
    found = ((shown, outlined_regions(shown.mask)) for shown in file.lesions)
    features = [_feature(shown, regions, file) for shown, regions in found if regions]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _feature(shown: ShownLesion, regions: tuple[Region, ...], file: CaseFile) -> dict[str, Any]:
    named = {"name": f"lesion {shown.number}"} if file.has_other_lesions else {}
    classification = _LESION if shown.is_of_interest else _OTHER
    return {
        "type": "Feature",
        "geometry": {"type": "MultiPolygon", "coordinates": [_rings(region) for region in regions]},
        "properties": {"objectType": "annotation", **named, "classification": classification},
    }


def _rings(region: Region) -> list[list[list[float]]]:
    return [_closed(ring) for ring in region.rings]


def _closed(ring: Ring) -> list[list[float]]:
    """GeoJSON repeats the first point at the end."""
    points: list[list[float]] = ring.tolist()
    return [*points, points[0]]
