"""Several shapes on an image are one lesion, unless a person says that each is a lesion of its own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.exporters import EXPORTERS
from app.usecases.corrections.import_corrections import (
    ImportedCorrections,
    MaskChoices,
    MaskUse,
    import_corrections,
)
from app.usecases.exports.export_cases import export_cases
from app.usecases.exports.export_manner import ExportManner
from app.usecases.lesions.edit_lesions import add_lesion, draw_lesion
from app.usecases.services import Services
from tests.app.usecases.lesions.conftest import case_of, valid_mask
from tests.builders import a_case, a_mask, result_of, services_at
from tests.fakes import FakeToken

OTHERS = {2: a_mask(radius_px=28, at_xy=(30, 34)), 3: a_mask(radius_px=5, at_xy=(104, 16))}
"""The first is larger than the lesion of interest."""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image with three lesions in every format that can be taken in again."""
    folder = tmp_path_factory.mktemp("exports")
    services = replace(services_at(folder / "data"), exporters=EXPORTERS)
    image_id = a_case(services, folder)
    for number, mask in OTHERS.items():
        add_lesion(services, image_id)
        draw_lesion(services, image_id, number, mask)
    for name in ("coco_json", "labelme_json", "cvat_xml"):
        result_of(export_cases(services, [image_id], name, folder / name,
                               manner=ExportManner(deidentified=False), token=FakeToken()))  # fmt: skip
    services.store.close()
    return folder


def taken(services: Services, folder: Path, choices: MaskChoices) -> ImportedCorrections:
    paths = [path for path in folder.rglob("*") if path.suffix in {".json", ".xml"}]
    return result_of(import_corrections(services, paths, token=FakeToken(), choices=choices))


@pytest.mark.parametrize("name", ["coco_json", "labelme_json", "cvat_xml"])
def test_what_naevus_exports_comes_back_as_the_same_lesions(
    services: Services, tmp_path: Path, exports: Path, name: str
) -> None:
    image_id = a_case(services, tmp_path)
    before = valid_mask(services, image_id)
    done = taken(services, exports / name, MaskChoices(separates=True))
    assert (done.corrected, done.refused) == ((image_id,), ())
    assert "3 lesions; measured and scored is one of" in done.notices[-1].sentence
    case = case_of(services, image_id)
    assert (valid_mask(services, image_id) == before).mean() > 0.999
    found = [services.arrays.mask(lesion.mask) for lesion in case.lesions.others]
    assert [float((mask == drawn).mean()) > 0.999 for mask, drawn in zip(found, OTHERS.values(), strict=True)]
    assert case.is_corrected


def test_without_being_asked_all_shapes_are_one_lesion(
    services: Services, tmp_path: Path, exports: Path
) -> None:
    image_id = a_case(services, tmp_path)
    before = valid_mask(services, image_id)
    refused = taken(services, exports / "labelme_json", MaskChoices())
    assert "several labels (lesion, other lesion)" in refused.refused[0].sentence
    taken(services, exports / "labelme_json", MaskChoices(label="lesion"))
    assert case_of(services, image_id).lesions.others == ()
    assert (valid_mask(services, image_id) == before).mean() > 0.999


def test_of_lesions_that_a_file_does_not_tell_apart_the_largest_is_of_interest(
    services: Services, tmp_path: Path, exports: Path
) -> None:
    image_id = a_case(services, tmp_path)
    (path,) = (exports / "labelme_json").rglob("*.json")
    other = tmp_path / "masks" / "lesion 1.json"
    other.parent.mkdir()
    other.write_text(path.read_text(encoding="utf-8").replace('"other lesion"', '"lesion"'), encoding="utf-8")
    trial = import_corrections(services, [other], token=FakeToken(), choices=MaskChoices(separates=True),
                               is_trial=True)  # fmt: skip
    assert len(result_of(trial).taken) == 1
    assert case_of(services, image_id).lesion_lists == ()
    taken(services, other.parent, MaskChoices(separates=True, use=MaskUse.STARTING_POINT))
    case = case_of(services, image_id)
    assert np.count_nonzero(valid_mask(services, image_id)) == pytest.approx(OTHERS[2].sum(), rel=0.02)
    assert case.revision is not None
    assert not case.revision.is_signed
    assert [lesion.is_signed for lesion in case.lesions.others] == [False, False]


def test_one_shape_is_a_correction_as_ever(services: Services, tmp_path: Path, exports: Path) -> None:
    image_id = a_case(services, tmp_path)
    taken(services, exports / "cvat_xml", MaskChoices(separates=True, label="other lesion"))
    assert len(case_of(services, image_id).lesions.others) == 1
    taken(services, exports / "cvat_xml", MaskChoices(separates=True, label="lesion"))
    case = case_of(services, image_id)
    assert (len(case.lesions.others), len(case.lesion_lists)) == (1, 1)
    assert case.revision is not None
    assert case.lesion_lists[-1].mask_revision != case.revision.id
