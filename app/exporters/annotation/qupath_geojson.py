"""The outlines of each valid mask as GeoJSON, as QuPath reads it onto the open image."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.exporters.annotation.mask_outlines import Region, Ring, outlined_regions
from app.exporters.file_per_case import write_masks
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import BoolMask

_LESION = {"name": "lesion", "color": [213, 94, 0]}


class QuPathGeoJson:
    """Outlines in a new folder, in pixels from the top left corner; holes are rings of their own."""

    name = "qupath_geojson"
    label = N_("QuPath (GeoJSON)")
    suffix = ".geojson"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_geojson/<case>.geojson``; raises ExportError."""
        return write_masks(cases, folder, manner, name="naevus_geojson", ending=".geojson", encode=_content)


def _content(mask: BoolMask) -> bytes:
    """One feature for the lesion, in as many parts as it has."""
    regions = outlined_regions(mask)
    features = [_feature(regions)] if regions else []
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _feature(regions: tuple[Region, ...]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "MultiPolygon", "coordinates": [_rings(region) for region in regions]},
        "properties": {"objectType": "annotation", "classification": _LESION},
    }


def _rings(region: Region) -> list[list[list[float]]]:
    return [_closed(ring) for ring in region.rings]


def _closed(ring: Ring) -> list[list[float]]:
    """GeoJSON repeats the first point at the end."""
    points: list[list[float]] = ring.tolist()
    return [*points, points[0]]
