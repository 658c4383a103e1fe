"""A lower band is accepted only for the score that the person looked at."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.domain.ids import PredictionId, new_id
from app.usecases.analysis.accept_band import accept_band
from app.usecases.services import Services
from tests.builders import a_case


def test_the_band_of_a_score_that_is_no_longer_the_newest_is_not_accepted(
    services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path)
    with services.store.writing() as work:
        seen = work.cases.case(image_id).score
        assert seen is not None
        newer = replace(seen, id=PredictionId(new_id()), probability=seen.probability / 2)
        work.cases.add_score(newer)
        work.commit()
    with pytest.raises(StorageError, match="computed meanwhile"):
        accept_band(services, image_id, seen.id)
    with services.store.reading() as work:
        assert work.cases.case(image_id).accepted_scores == frozenset()
    accept_band(services, image_id, newer.id)
    with services.store.reading() as work:
        assert work.cases.case(image_id).accepted_scores == {newer.id}
