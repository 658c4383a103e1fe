"""Ages, sexes, ids and body sites in the spellings of public tables."""

import pytest

from training.contract.body_sites import GENERAL_SITES, general_site, site_words
from training.contract.table_words import image_id_of, known, sex, years


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("55", "55"), ("55.0", "55"), ("55,0", "55"), ("55,5", "55.5"), ("85+", "85"), ("85 +", "85"),
        (">=85", "85"), ("> 89", "89"), ("55 years", "55"), ("55y", "55"), ("55 Jahre", "55"), ("0", "0"),
        ("340", ""), ("-1", ""), ("50-55", ""), ("old", ""), ("1e2", ""), ("", ""),
    ],
)  # fmt: skip
def test_ages(text: str, age: str) -> None:
    assert years(text) == age


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("F", "female"), ("f", "female"), ("w", "female"), ("W", "female"), ("weiblich", "female"),
        ("Female", "female"), ("m", "male"), ("M.", "male"), ("Mann", "male"), ("männlich", "male"),
        ("x", ""), ("", ""), ("1", ""),
    ],
)  # fmt: skip
def test_sexes(text: str, meaning: str) -> None:
    assert sex(text) == meaning


@pytest.mark.parametrize("text", ["unknown", "Unknown", "NA", "n/a", "nan", "-", "?", "unbekannt", " ", ""])
def test_words_for_nothing_known(text: str) -> None:
    assert known(text) == ""


@pytest.mark.parametrize("text", ["ISIC_1", "ISIC_1.jpg", " ISIC_1.JPEG ", "ISIC_1.png", "ISIC_1.tif"])
def test_ids_that_are_names_of_files(text: str) -> None:
    assert image_id_of(text) == "ISIC_1"


@pytest.mark.parametrize(
    ("text", "site"),
    [
        *((site, site) for site in GENERAL_SITES),
        ("scalp", "head/neck"), ("trunk", "torso"), ("acral", "palms/soles"), ("foot", "lower extremity"),
        ("Head and neck:Head:Face:Nose", "head/neck"),
        ("Head and neck:Head:Face:Cheek:Lateral cheek", "head/neck"),
        ("Head and neck:Head:Face:Mouth:Tongue", "oral/genital"),
        ("Trunk", "torso"),
        ("Trunk:Posterior trunk", "posterior torso"),
        ("Trunk:Posterior trunk:Upper back:Paraspinal upper back", "posterior torso"),
        ("Trunk:Anterior trunk:Anterior abdomen:Lower anterior abdomen:Inguinal region", "anterior torso"),
        ("Trunk:Lateral trunk:Axilla", "lateral torso"),
        ("Upper extremity:Hand:Palm of hand:Thenar eminence", "palms/soles"),
        ("Upper extremity:Hand:Dorsum of hand", "upper extremity"),
        ("Lower extremity:Foot:Sole of foot:Heel", "palms/soles"),
        ("Lower extremity:Buttock", "lower extremity"),
        ("Anogenital region:Genital region:Vulva:Clitoris", "oral/genital"),
        ("moon", ""),
    ],
)  # fmt: skip
def test_sites_of_three_vocabularies(text: str, site: str) -> None:
    assert general_site(text) == site


@pytest.mark.parametrize(
    "row",
    [
        {"anatom_site_general_challenge": "lower extremity"},
        {"anatom_site_general": "", "localization": "foot"},
        {"anatom_site_1": "Lower extremity", "anatom_site_2": "Thigh", "anatom_site_3": ""},
        {"anatom_site_1": "Lower extremity", "anatom_site_2": "Lower extremity:Thigh"},
        {"anatom_site": "Lower extremity:Knee"},
    ],
)
def test_sites_in_the_columns_of_every_edition(row: dict[str, str]) -> None:
    assert general_site(site_words(row)) == "lower extremity"


def test_a_special_site_counts_where_no_other_is_given() -> None:
    assert general_site(site_words({"anatom_site_special": "acral palms or soles"})) == "palms/soles"
