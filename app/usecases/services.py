"""Everything that use cases work with; bootstrap puts it together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.clock import Clock
from app.domain.vocabulary import Vocabulary
from app.domain.work_list.due import DEFAULT_DUE_DAYS, DueDays, Reckoning
from app.imaging.readers import ImageReader
from app.storage.store import CaseStore
from app.usecases.analysis.predictor import Predictor
from app.usecases.corrections.stroke_journal import StrokeJournal
from app.usecases.exports.exporter import Exporter
from app.usecases.image_arrays import ImageArrays
from app.usecases.learning.run_launcher import RunLauncher
from models.contract.shelf.model_shelf import ModelShelf


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a use case may ask for."""

    store: CaseStore
    """The data folder: cases in transactions, stored files by their hash."""
    images: ImageReader
    """Reads image files, upright and in sRGB."""
    arrays: ImageArrays
    """Pixels, masks and maps of stored cases, and what is measured on them."""
    predictor: Predictor
    exporters: Sequence[Exporter]
    """Every export format, in the order in which they are offered."""
    clock: Clock
    user: str
    """Who is at the workstation."""
    vocabulary: Vocabulary
    """The permitted words of the forms."""
    shelf: ModelShelf
    """The trained models on this machine, with their cards."""
    runs: RunLauncher
    """Carries out training."""
    learning_images: Path | None = None
    """Data folder of bundled images that are shown again while learning from corrections."""
    journal: StrokeJournal | None = None
    """Keeps the strokes of corrections; only a window needs one."""
    due: DueDays = DEFAULT_DUE_DAYS
    """Within how many days cases of each band are to be decided."""

    @property
    def reckoning(self) -> Reckoning:
        """Return by what a search of the work list is understood now."""
        return Reckoning(self.clock(), self.due, self.user)
