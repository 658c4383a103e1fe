"""Tags of cases, whom they are assigned to, and saved filters, on one session; append-only by trigger."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.ids import ImageId, new_id
from app.domain.work_list.saved_filter import SavedFilter
from app.storage.rows import CaseIndexRow, Row

_ID = String(32)


class CaseTagRow(Row):
    """A tag that was put on a case, or taken from it."""

    __tablename__ = "case_tag"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(_ID, ForeignKey("image.id"), index=True)
    tag: Mapped[str]
    is_set: Mapped[bool]
    author: Mapped[str]
    created_at: Mapped[datetime]


class AssignmentRow(Row):
    """Whom a case was assigned to; "" stands for nobody."""

    __tablename__ = "assignment"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    image_id: Mapped[str] = mapped_column(_ID, ForeignKey("image.id"), index=True)
    person: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]


class SavedFilterRow(Row):
    """A search that was kept under a name; an empty one takes the name away."""

    __tablename__ = "saved_filter"
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(_ID, unique=True)
    name: Mapped[str]
    search: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]


class CaseTags:
    """What people say about cases of the work list, to find them again."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_tag(self, image_id: ImageId, tag: str, author: str, at: datetime, *, is_set: bool) -> None:
        """Append that a tag was put on a case, or taken from it."""
        self._session.add(
            CaseTagRow(id=new_id(), image_id=image_id, tag=tag, is_set=is_set, author=author, created_at=at)
        )
        self._session.flush()

    def assign(self, image_id: ImageId, person: str, author: str, at: datetime) -> None:
        """Append whom a case is assigned to; "" stands for nobody."""
        self._session.add(
            AssignmentRow(id=new_id(), image_id=image_id, person=person, author=author, created_at=at)
        )
        self._session.flush()

    def add_filter(self, kept: SavedFilter) -> None:
        """Append a filter under its name."""
        self._session.add(
            SavedFilterRow(
                id=new_id(),
                name=kept.name,
                search=kept.search,
                author=kept.author,
                created_at=kept.created_at,
            )
        )
        self._session.flush()

    def filters(self) -> list[SavedFilter]:
        """Return the saved filters by their names, each as it was kept last."""
        newest = select(func.max(SavedFilterRow.sequence)).group_by(func.lower(SavedFilterRow.name))
        query = select(SavedFilterRow).where(SavedFilterRow.sequence.in_(newest), SavedFilterRow.search != "")
        rows = self._session.scalars(query.order_by(func.lower(SavedFilterRow.name)))
        return [SavedFilter(row.name, row.search, row.author, row.created_at) for row in rows]

    def tags(self) -> list[str]:
        """Return every tag that a case has, in the order of the alphabet."""
        used = self._session.scalars(select(CaseIndexRow.tags).where(CaseIndexRow.tags != "").distinct())
        by_folded = {tag.casefold(): tag for text in used for tag in tags_of(text)}
        return [by_folded[folded] for folded in sorted(by_folded)]

    def people(self) -> list[str]:
        """Return everybody whom cases are assigned to or who has decided some, in the alphabet's order."""
        assigned = select(AssignmentRow.person).distinct()
        readers = select(CaseIndexRow.decided_by).where(CaseIndexRow.decided_by.is_not(None)).distinct()
        found = {*self._session.scalars(assigned), *self._session.scalars(readers)}
        return sorted(name for name in found if name)

    def models(self) -> list[str]:
        """Return the models that gave newest scores, with their versions."""
        return [name for name in self._session.scalars(select(CaseIndexRow.score_model).distinct()) if name]

    def used_sites(self) -> list[str]:
        """Return the sites that cases have."""
        return [site for site in self._session.scalars(select(CaseIndexRow.site).distinct()) if site]

    def diagnoses(self) -> list[str]:
        """Return the diagnoses of decisions and outcomes that stand."""
        found = self._session.scalars(select(CaseIndexRow.diagnosis).distinct())
        return [diagnosis for diagnosis in found if diagnosis]


def standing_tags(session: Session, image_ids: Collection[str]) -> defaultdict[str, tuple[str, ...]]:
    """Return the tags that images have now, in the order in which they were put on them."""
    standing = defaultdict[str, dict[str, str]](dict)
    query = select(CaseTagRow).where(CaseTagRow.image_id.in_(image_ids)).order_by(CaseTagRow.sequence)
    for row in session.scalars(query):
        of_image = standing[row.image_id]
        of_image.pop(row.tag.casefold(), None)
        if row.is_set:
            of_image[row.tag.casefold()] = row.tag
    found = defaultdict[str, tuple[str, ...]](tuple)
    found.update({image_id: tuple(tags.values()) for image_id, tags in standing.items()})
    return found


def assigned_people(session: Session, image_ids: Collection[str]) -> defaultdict[str, str]:
    """Return whom images are assigned to now; "" where nobody is."""
    found = defaultdict[str, str](str)
    query = select(AssignmentRow).where(AssignmentRow.image_id.in_(image_ids))
    for row in session.scalars(query.order_by(AssignmentRow.sequence)):
        found[row.image_id] = row.person
    return found


def tags_text(tags: Collection[str]) -> str:
    """Return tags as a line keeps them: each between two line breaks, so that one is found as a whole."""
    return "\n" + "\n".join(tags) + "\n" if tags else ""


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags that a line keeps."""
    return tuple(text.strip("\n").split("\n")) if text else ()
