"""A form as data: its criteria, the answers that each permits, their points, and what a total means."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.translation import N_

NO, YES = 0, 1
"""The answers to a criterion that is present or not."""


class Outcome(StrEnum):
    """Where a reading lies by its form."""

    BELOW = "below"
    BETWEEN = "between"
    REACHED = "reached"


@dataclass(frozen=True)
class Choice:
    """One permitted answer to a criterion."""

    value: int
    label: str
    points: int


@dataclass(frozen=True)
class Criterion:
    """One feature that a form asks about."""

    name: str
    """What is stored; it never changes."""
    label: str
    choices: tuple[Choice, ...]
    hint: str = ""
    """When it counts as present, in a few words."""
    excludes: bool = False
    """Present, it keeps the outcome below whatever else was answered (the negative features of Menzies)."""

    @property
    def is_yes_or_no(self) -> bool:
        """Say whether the feature is only present or not."""
        return tuple(choice.value for choice in self.choices) == (NO, YES)

    def permits(self, value: int) -> bool:
        """Say whether a value is one of the answers."""
        return any(choice.value == value for choice in self.choices)

    def choice(self, value: int) -> Choice:
        """Return the answer with this value; it has to be permitted."""
        return next(choice for choice in self.choices if choice.value == value)


@dataclass(frozen=True)
class CriterionGroup:
    """Criteria under one heading."""

    heading: str
    criteria: tuple[Criterion, ...]
    needs_one: str = ""
    """The sentence to say when none of them is present although the form counts from one."""


@dataclass(frozen=True)
class Contradiction:
    """Two criteria that cannot both be present."""

    one: str
    other: str
    sentence: str


@dataclass(frozen=True)
class ReadingForm:
    """A published form; another rule, or another threshold, is another form with its own name."""

    name: str
    """What is stored; it never changes."""
    label: str
    source: str
    groups: tuple[CriterionGroup, ...]
    outcome_words: Mapping[Outcome, str]
    """What the publication says of a total there, as the end of a sentence."""
    reached_from: int
    """Points from which the outcome is reached."""
    between_from: int | None = None
    """Points from which the outcome lies between; None where the form knows two outcomes only."""
    points_per_unit: int = 1
    """Points that make 1.0 of the published total: 10 where it has tenths."""
    is_dermoscopic: bool = True
    """False for a form about what is seen and told without a dermatoscope."""
    is_for_melanocytic: bool = True
    """The form was made for melanocytic lesions only."""
    contradictions: tuple[Contradiction, ...] = ()

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """Return all criteria in their order."""
        return tuple(criterion for group in self.groups for criterion in group.criteria)

    @cached_property
    def criteria_names(self) -> frozenset[str]:
        """Return the names of all criteria."""
        return frozenset(criterion.name for criterion in self.criteria)

    def criterion(self, name: str) -> Criterion | None:
        """Return a criterion by its name; None for one of another version."""
        return next((criterion for criterion in self.criteria if criterion.name == name), None)


def present(name: str, label: str, points: int = 1, *, hint: str = "", excludes: bool = False) -> Criterion:
    """Return a criterion that is present or not."""
    choices = (Choice(NO, N_("No"), 0), Choice(YES, N_("Yes"), points))
    return Criterion(name, label, choices, hint, excludes)


def graded(name: str, label: str, labels: tuple[str, ...], points: int = 1, *, hint: str = "") -> Criterion:
    """Return a criterion with answers 0, 1, 2 …, each worth ``points`` more than the one before."""
    choices = (Choice(value, words, points * value) for value, words in enumerate(labels))
    return Criterion(name, label, tuple(choices), hint)
