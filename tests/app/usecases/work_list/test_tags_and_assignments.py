from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.audit import AuditKind
from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.ids import ImageId
from app.usecases.services import Services
from app.usecases.work_list.assign_cases import assign_cases
from app.usecases.work_list.keep_filter import filter_named, give_up_filter, keep_filter, kept_filters
from app.usecases.work_list.tag_cases import tag_cases
from tests.builders import services_at, store_image


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return services_at(tmp_path / "data")


@pytest.fixture
def cases(services: Services) -> list[ImageId]:
    with services.store.writing() as work:
        found = [store_image(work, code=f"P-{number}") for number in range(2)]
        work.commit()
    return found


def _acts(services: Services, subject: str) -> list[tuple[str, AuditKind | str, str]]:
    with services.store.reading() as work:
        return [(act.who, act.kind, act.detail) for act in work.audit.events(subject)]


def test_a_tag_is_put_on_once_written_as_it_was_first_and_comes_off_again(
    services: Services, cases: list[ImageId]
) -> None:
    tag_cases(services, cases[:1], added=["Teaching"])
    changes = tag_cases(services, cases, added=["teaching", "rare"], removed=["never there"])
    assert (changes.images, changes.case_list) == (frozenset(cases), True)
    other = replace(services, user="Dr Other")
    assert tag_cases(other, cases, removed=["TEACHING"]).images == frozenset(cases)
    assert not tag_cases(other, cases, added=["rare"]).images
    with services.store.reading() as work:
        assert [case.tags for case in work.cases.cases(cases)] == [("rare",), ("rare",)]
    assert _acts(services, cases[0]) == [
        ("Dr Test", AuditKind.TAG_ADDED, "Teaching"),
        ("Dr Test", AuditKind.TAG_ADDED, "rare"),
        ("Dr Other", AuditKind.TAG_REMOVED, "Teaching"),
    ]
    with pytest.raises(InvalidFieldError, match="put on and taken off"):
        tag_cases(services, cases, added=["a"], removed=["A"])


def test_an_assignment_is_recorded_and_taken_back(services: Services, cases: list[ImageId]) -> None:
    assign_cases(services, cases, "Dr A")
    assert assign_cases(services, cases, " Dr  A ").images == frozenset()
    assign_cases(services, cases[:1], "nobody")
    with services.store.reading() as work:
        assigned = {line.image_id: line.assigned_to for line in work.cases.lines_of(cases)}
    assert [assigned[image_id] for image_id in cases] == ["", "Dr A"]
    assert _acts(services, cases[0]) == [
        ("Dr Test", AuditKind.CASE_ASSIGNED, "Dr A"),
        ("Dr Test", AuditKind.ASSIGNMENT_ENDED, ""),
    ]


def test_a_line_keeps_tags_and_assignment_when_something_else_is_said(
    services: Services, cases: list[ImageId]
) -> None:
    tag_cases(services, cases[:1], added=["rare"])
    assign_cases(services, cases[:1], "Dr A")
    with services.store.writing() as work:
        work.cases.remove_image(cases[0])
        work.cases.restore_image(cases[0])
        work.commit()
    with services.store.reading() as work:
        (line,) = work.cases.lines_of(cases[:1])
    assert (line.tags, line.assigned_to) == (("rare",), "Dr A")


def test_a_filter_is_kept_anew_under_its_name_and_given_up(services: Services) -> None:
    keep_filter(services, "My list", "assigned:me  band:urgent")
    keep_filter(services, "MY list", "assigned:me")
    assert [(kept.name, kept.search) for kept in kept_filters(services)] == [("MY list", "assigned:me")]
    assert filter_named(services, "my LIST").author == "Dr Test"
    give_up_filter(services, "my list")
    assert kept_filters(services) == ()
    with pytest.raises(NotFoundError, match="there are: none"):
        give_up_filter(services, "my list")
    with pytest.raises(InvalidFieldError, match="nothing to keep"):
        keep_filter(services, "Empty", " ")
    with pytest.raises(InvalidFieldError, match="can be followed by"):
        keep_filter(services, "Wrong", "band:red")
    assert len(_acts(services, "MY list")) == 2
