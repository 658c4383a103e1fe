"""One transaction on the case store; leaving it without ``commit`` rolls everything back."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.clock import Clock
from app.storage.audit_trail import AuditTrail
from app.storage.case_tags import CaseTags
from app.storage.database import WRITING, storage_error
from app.storage.device_profiles import DeviceProfiles
from app.storage.identity import IdentityQuestions
from app.storage.learning import LearningSubsets
from app.storage.marked_structures import MarkedStructures
from app.storage.moves import Moves
from app.storage.named_images import NamedImages
from app.storage.patient_tree import PatientTree
from app.storage.repositories import CaseRepository


class UnitOfWork:
    """A transaction that either only reads, or holds the write lock from its first moment.

    The lock is taken at the beginning because SQLite refuses a reader that wants to become a writer
    after another instance has written.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        is_writing: bool,
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._engine = engine.execution_options(**{WRITING: is_writing})
        self._is_writing = is_writing
        self._clock = clock
        self._after_commit = after_commit

    def __enter__(self) -> Self:
        """Begin the transaction."""
        self._session = Session(self._engine, expire_on_commit=False)
        try:
            self._session.connection()
        except SQLAlchemyError as error:
            self._session.close()
            raise storage_error(error) from error
        self.cases = CaseRepository(self._session)
        self.audit = AuditTrail(self._session, self._clock)
        self.learning = LearningSubsets(self._session)
        self.marked_structures = MarkedStructures(self._session)
        self.device_profiles = DeviceProfiles(self._session)
        self.moves = Moves(self.audit)
        self.named_images = NamedImages(self._session)
        self.tree = PatientTree(self._session)
        self.tags = CaseTags(self._session)
        self.identity_questions = IdentityQuestions(self._session)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Roll back what was not committed, and say database errors in a sentence."""
        self._session.close()
        if isinstance(error, SQLAlchemyError):
            raise storage_error(error) from error

    def commit(self) -> None:
        """Make everything since the beginning durable."""
        if not self._is_writing:
            raise RuntimeError("a reading unit of work has nothing to commit")
        self._session.commit()
        self._after_commit()
