import pytest

from app.domain.diagnosis_search import matching_diagnoses
from tests.builders import the_vocabulary


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("MM", "Melanoma, NOS"),
        ("bcc", "Basal cell carcinoma"),
        ("SK", "Seborrheic keratosis"),
        ("DN", "Nevus, Atypical, Dysplastic, or Clark"),
        ("AK", "Solar or actinic keratosis"),
        ("SCC", "Squamous cell carcinoma, NOS"),
        ("bowen", "Squamous cell carcinoma in situ"),
        ("LM", "Melanoma in situ"),
        ("blue", "Nevus, Blue"),
        ("nevus", "Nevus"),
        ("cell carc", "Basal cell carcinoma"),
        ("situ mel", "Melanoma in situ"),
        ("eratosis", "Seborrheic keratosis"),
    ],
)
def test_what_is_typed_finds_the_likeliest_first(typed: str, first: str) -> None:
    assert matching_diagnoses(the_vocabulary().diagnoses, typed)[0].name == first


def test_nothing_typed_finds_all_and_nonsense_none() -> None:
    diagnoses = the_vocabulary().diagnoses
    assert matching_diagnoses(diagnoses, "  ") == diagnoses
    assert matching_diagnoses(diagnoses, "zebra") == ()


def test_every_management_has_one_key_and_every_favourite_is_a_diagnosis() -> None:
    vocabulary = the_vocabulary()
    assert sorted(vocabulary.management_by_key.values()) == sorted(vocabulary.managements)
    assert all(len(key) == 1 and key.isupper() for key in vocabulary.management_by_key)
    assert len(vocabulary.favourites) == 9
    assert all(vocabulary.diagnosis(name) is not None for name in vocabulary.favourites)


def test_chosen_favourites_come_before_those_of_the_program() -> None:
    vocabulary = the_vocabulary()
    assert vocabulary.favourites_or(["Verruca", "Unknown thing", "Scar"]) == ("Verruca", "Scar")
    assert vocabulary.favourites_or([]) == vocabulary.favourites
    assert vocabulary.favourites_or(["Unknown thing"]) == vocabulary.favourites
