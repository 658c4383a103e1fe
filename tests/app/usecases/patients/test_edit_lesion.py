"""A lesion's exact site is entered: the general one follows, and only then does the score change."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.ids import ImageId
from app.domain.lesion import Lesion
from app.usecases.lesions.merge_lesions import merge_lesions
from app.usecases.patients.edit_lesion import edit_lesion
from app.usecases.services import Services
from tests.builders import a_case, predict_again, store_image

NOSE = "Head and neck:Head:Face:Nose"
CHEEK = "Head and neck:Head:Face:Cheek"


def case_of(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def edit(services: Services, image_id: ImageId, **values: str | None) -> Lesion:
    before = case_of(services, image_id).lesion
    edit_lesion(services, before, replace(before, **values))  # type: ignore[arg-type]  # each of its field
    return case_of(services, image_id).lesion


def test_the_general_site_follows_and_the_history_tells_of_both(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path / "in")
    lesion = edit(services, image_id, anatomic_site=NOSE, laterality="midline")
    assert (lesion.site, lesion.anatomic_site, lesion.laterality) == ("head/neck", NOSE, "midline")
    with services.store.reading() as work:
        (act,) = [act for act in work.audit.events() if act.kind is AuditKind.LESION_EDITED]
        (found,) = work.cases.case_lines(search="face:nose")
    assert set(act.fields) == {"site", "anatomic_site", "laterality"}
    assert found.image_id == image_id


def test_a_score_is_outdated_by_another_general_site_only(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path / "in")
    edit(services, image_id, site="head/neck")
    predict_again(services, image_id)
    assert case_of(services, image_id).is_score_current
    edit(services, image_id, anatomic_site=NOSE)
    edit(services, image_id, anatomic_site=CHEEK, laterality="left")
    assert case_of(services, image_id).is_score_current
    edit(services, image_id, anatomic_site="Trunk:Posterior trunk:Mid back")
    assert case_of(services, image_id).lesion.site == "posterior torso"
    assert not case_of(services, image_id).is_score_current


def test_a_general_site_elsewhere_is_refused_while_there_is_an_exact_one(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path / "in", predicted=False)
    stored = edit(services, image_id, anatomic_site=NOSE)
    with pytest.raises(InvalidFieldError, match="clear the exact site") as refused:
        edit(services, image_id, site="lower extremity")
    assert refused.value.field == "site"
    assert case_of(services, image_id).lesion == stored
    cleared = edit(services, image_id, site="lower extremity", anatomic_site=None)
    assert (cleared.site, cleared.anatomic_site) == ("lower extremity", None)


@pytest.mark.parametrize(
    ("kept", "merged"),
    [
        ((None, None, None), ("head/neck", CHEEK, "left")),
        (("head/neck", None, None), ("head/neck", CHEEK, "left")),
        (("posterior torso", None, None), ("posterior torso", None, None)),
        (("head/neck", NOSE, None), ("head/neck", NOSE, None)),
        (("head/neck", None, "midline"), ("head/neck", None, "midline")),
    ],
)
def test_merging_adds_no_exact_site_or_side_of_elsewhere(
    services: Services, kept: tuple[str | None, ...], merged: tuple[str | None, ...]
) -> None:
    with services.store.writing() as work:
        one, other = (store_image(work, code=code) for code in ("P-1", "P-2"))
        own = work.cases.case(one).lesion
        given = work.cases.case(other).lesion
        site, exact, side = kept
        work.cases.update_lesion(replace(own, site=site, anatomic_site=exact, laterality=side))
        work.cases.update_lesion(
            Lesion(given.id, own.patient_id, site="head/neck", anatomic_site=CHEEK, laterality="left")
        )
        work.commit()
    merge_lesions(services, given.id, own.id)
    lesion = case_of(services, one).lesion
    assert (lesion.site, lesion.anatomic_site, lesion.laterality) == merged
