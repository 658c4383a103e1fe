"""Exact sites: the dictionary's list, the general site that follows, and the sides that there are."""

from dataclasses import replace

import pytest

from app.domain.anatomic_sites import (
    LATERALITIES,
    check_anatomic_site,
    exact_site_words,
    lesion_site_words,
    sides_of,
    site_named,
    with_general_site,
)
from app.domain.case_checks import check_lesion
from app.domain.errors import InvalidFieldError
from app.domain.ids import LesionId, PatientId
from app.domain.lesion import Lesion
from scripts.anatomic_site_codes import CONCEPT_BY_SITE, TABLE, coded_table
from tests.builders import the_vocabulary
from training.contract.body_sites import general_site

WORDS = the_vocabulary()
SITES = WORDS.anatomic_sites
LESION = Lesion(LesionId("l"), PatientId("p"))
NOSE = "Head and neck:Head:Face:Nose"
NAVEL = "Trunk:Anterior trunk:Anterior abdomen:Periumbilical region:Umbilicus"
PALM = "Upper extremity:Hand:Palm of hand"


def at(path: str | None = None, *, site: str | None = None, side: str | None = None) -> Lesion:
    return replace(LESION, anatomic_site=path, site=site, laterality=side)


def test_the_list_is_that_of_the_dictionary() -> None:
    paths = [site.path for site in SITES]
    assert len(paths) == len(set(paths)) == len({site.name for site in SITES}) == 206
    assert max(len(site.levels) for site in SITES) == 5
    assert all(":".join(site.levels[:-1]) in ("", *paths) for site in SITES)
    assert {site.levels[0] for site in SITES} == {
        *("Head and neck", "Trunk", "Upper extremity", "Lower extremity", "Anogenital region")
    }


def test_the_general_site_of_every_exact_one_is_what_tables_of_metadata_are_read_as() -> None:
    for site in SITES:
        general = general_site(site.path)
        assert site.general == (None if general == "torso" else general), site.path
        assert site.general is None or site.general in WORDS.permitted["site"]
        assert set(site.sides) <= set(LATERALITIES) == set(WORDS.permitted["laterality"])
        assert site.sides


def test_codes_are_those_of_the_context_group_and_no_two_sites_share_one() -> None:
    assert coded_table(TABLE.read_text(encoding="utf-8")) == TABLE.read_text(encoding="utf-8")
    codes = [(site.code.scheme, site.code.value) for site in SITES if site.code is not None]
    assert len(codes) == len(set(codes)) == len(CONCEPT_BY_SITE) == 105
    chin = site_named(SITES, "Chin")
    assert chin is not None
    assert chin.code is not None
    assert (chin.code.scheme, chin.code.value, chin.code.meaning) == ("SCT", "23747009", "Skin of chin")


@pytest.mark.parametrize(
    ("edited", "general"),
    [
        (at(NOSE), "head/neck"),
        (at(PALM, site="upper extremity"), "palms/soles"),
        (at("Trunk", site="posterior torso"), "posterior torso"),
        (at("Trunk", site="head/neck"), None),
    ],
)
def test_the_general_site_follows_an_exact_one_that_is_entered(edited: Lesion, general: str | None) -> None:
    before = at(site=edited.site)
    after = with_general_site(before, edited, SITES)
    assert after == replace(edited, site=general)
    check_lesion(after, WORDS)


def test_a_general_site_that_was_entered_too_is_not_overruled() -> None:
    both = at(NOSE, site="lower extremity")
    assert with_general_site(at(), both, SITES) == both
    with pytest.raises(InvalidFieldError, match="does not lie in the site") as refused:
        check_anatomic_site(both, SITES, before=at())
    assert refused.value.field == "anatomic_site"


def test_clearing_the_exact_site_leaves_the_general_one() -> None:
    before, after = at(NOSE, site="head/neck"), at(site="head/neck")
    assert with_general_site(before, after, SITES) == after


@pytest.mark.parametrize(
    ("lesion", "before", "field"),
    [
        (at("Head and neck:Head:Snout", site="head/neck"), LESION, "anatomic_site"),
        (at(NOSE), at(NOSE, site="head/neck"), "site"),
        (at(NAVEL, site="anterior torso", side="left"), at(), "laterality"),
        (at(PALM, site="palms/soles", side="midline"), at(PALM, site="palms/soles"), "laterality"),
        (at(NAVEL, site="anterior torso", side="left"), at(side="left"), "anatomic_site"),
        (at(side="left"), at(), "laterality"),
        (at(site="lower extremity", side="midline"), at(site="lower extremity"), "laterality"),
        (at(site="head/neck", side="upper"), at(site="head/neck"), "laterality"),
    ],
)
def test_sites_and_sides_that_do_not_exist_are_refused(lesion: Lesion, before: Lesion, field: str) -> None:
    def check() -> None:
        check_anatomic_site(lesion, SITES, before=before)
        check_lesion(lesion, WORDS)

    with pytest.raises(InvalidFieldError) as refused:
        check()
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("general", "sides"),
    [
        (None, ()),
        ("palms/soles", ("left", "right")),
        ("head/neck", LATERALITIES),
    ],
)
def test_a_general_site_alone_has_sides_too(general: str | None, sides: tuple[str, ...]) -> None:
    assert sides_of(general, None) == sides


def test_a_site_is_named_by_its_path_or_its_last_level() -> None:
    assert [
        site_named(SITES, words) for words in (NOSE.upper(), "nose", " Head and neck : Head:Face:Nose")
    ] == [site_named(SITES, NOSE)] * 3
    assert site_named(SITES, "Face:Nose") is None


def test_a_site_is_shown_from_the_place_itself_outwards() -> None:
    assert exact_site_words(NOSE, "left") == "Nose, left (Face, Head, Head and neck)"
    assert lesion_site_words(at("Trunk")) == "Trunk"
    assert lesion_site_words(at(site="lower extremity", side="right")) == "Lower extremity, right"
    assert lesion_site_words(LESION) == ""
