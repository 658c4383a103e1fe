"""For which lesions a form carries a warning."""

import pytest

from app.domain.ids import LesionId, PatientId
from app.domain.lesion import Lesion
from app.domain.readings.abcd_form import ABCD
from app.domain.readings.caveats import Caveat, caveats
from app.domain.readings.clinical_form import WEIGHTED_SEVEN_POINT
from app.domain.readings.dermoscopic_forms import THREE_POINT
from app.domain.vocabulary import Diagnosis
from tests.builders import the_vocabulary

NEVUS = Diagnosis("Nevus", "Benign", "", is_melanocytic=True)
BCC = Diagnosis("Basal cell carcinoma", "Malignant", "")


def lesion(site: str | None = None, special: str | None = None) -> Lesion:
    return Lesion(LesionId("l"), PatientId("p"), site=site, site_special=special)


@pytest.mark.parametrize(
    ("site", "special", "expected"),
    [
        ("anterior torso", None, ()),
        (None, None, ()),
        ("head/neck", None, (Caveat.FACE,)),
        ("palms/soles", None, (Caveat.ACRAL_OR_NAIL,)),
        ("upper extremity", "fingernail", (Caveat.ACRAL_OR_NAIL,)),
        ("oral/genital", None, (Caveat.MUCOSA,)),
    ],
)
def test_special_sites_carry_a_warning(
    site: str | None, special: str | None, expected: tuple[Caveat, ...]
) -> None:
    assert caveats(ABCD, lesion(site, special), None) == expected


def test_a_decided_diagnosis_that_is_not_melanocytic_carries_a_warning_where_the_form_is_made_for_those() -> (
    None
):
    assert caveats(ABCD, lesion(), BCC) == (Caveat.NOT_MELANOCYTIC,)
    assert caveats(ABCD, lesion(), NEVUS) == ()
    assert caveats(THREE_POINT, lesion(), BCC) == ()


def test_a_clinical_form_has_no_warning_about_dermoscopy() -> None:
    assert caveats(WEIGHTED_SEVEN_POINT, lesion("palms/soles", "toenail"), BCC) == ()


def test_every_special_site_of_the_vocabulary_carries_a_warning() -> None:
    permitted = the_vocabulary().permitted
    assert all(caveats(ABCD, lesion(special=site), None) for site in permitted["site_special"])
    silent = [site for site in permitted["site"] if not caveats(ABCD, lesion(site), None)]
    assert silent == [
        "upper extremity",
        "lower extremity",
        "anterior torso",
        "posterior torso",
        "lateral torso",
    ]
