"""Lines of the work list from before lesions had a score of their own."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.ids import ImageId
from app.storage.database import WRITING, open_engine, storage_error
from app.storage.repositories import SqlCaseRepository
from app.storage.rows import CaseIndexRow


def renew_uncounted_lesions(database: Path) -> None:
    """Give the lines of lesions with several images the score of the lesion.

    Raises:
        StorageError: the store cannot be read or written.
    """
    engine = open_engine(database)
    query = select(CaseIndexRow.image_id).where(CaseIndexRow.lesion_image_count.is_(None))
    try:
        with Session(engine.execution_options(**{WRITING: False})) as session:
            due = [ImageId(found) for found in session.scalars(query)]
        if due:
            with Session(engine.execution_options(**{WRITING: True})) as session:
                cases = SqlCaseRepository(session)
                for image_id in due:
                    cases.renew_line(image_id)
                session.commit()
    except SQLAlchemyError as error:
        raise storage_error(error) from error
    finally:
        engine.dispose()
