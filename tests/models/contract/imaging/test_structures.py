import numpy as np

from models.contract.imaging.structures import presence_of


def test_presence_is_what_the_surest_hundredth_says() -> None:
    cells = np.full((20, 20), 0.1, np.float32)
    assert presence_of(cells) == np.float32(0.1)
    cells[3, :4] = 0.9
    assert presence_of(cells) == np.float32(0.9)


def test_a_map_of_few_cells_is_judged_by_its_surest() -> None:
    assert presence_of(np.array([[0.2, 0.7]], np.float32)) == np.float32(0.7)
