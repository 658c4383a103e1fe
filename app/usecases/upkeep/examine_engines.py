"""Looks at the machine and at the case store, for the device page and the doctor."""

from collections.abc import Generator

from app.domain.store_finding import StoreFinding
from app.translation import _
from app.usecases.analysis.predictor import EngineReport
from app.usecases.progress import Progress
from app.usecases.services import Services


def examine_engines(services: Services) -> Generator[Progress, None, tuple[EngineReport, ...]]:
    """Run a real inference on every engine of this machine and return what was found."""
    reports: list[EngineReport] = []
    for report in services.predictor.examine():
        reports.append(report)
        yield Progress(len(reports), 0, report.engine)
    return tuple(reports)


def examine_store(services: Services) -> Generator[Progress, None, tuple[StoreFinding, ...]]:
    """Check the database and every stored file and return what was found."""
    findings: list[StoreFinding] = []
    for finding in services.store.examine():
        findings.append(finding)
        yield Progress(len(findings), 0, _("Checking the case store"))
    return tuple(findings)
