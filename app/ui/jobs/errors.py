"""Models and training refuse in sentences of their own; on a lane they are told like every expected error."""

from collections.abc import Callable
from typing import TypeVar

from app.domain.errors import LearningError
from app.ui.jobs.job import JobToken
from app.usecases.ports import Services
from models.contract.errors import ContractError

T = TypeVar("T")


def as_domain_errors(ask: Callable[[Services], T]) -> Callable[[Services, JobToken], T]:
    """Return the same question for a lane; a refused model becomes a LearningError with its sentence."""

    def asked(services: Services, _token: JobToken) -> T:
        try:
            return ask(services)
        except ContractError as error:
            raise LearningError(str(error)) from error

    return asked
