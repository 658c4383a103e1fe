import numpy as np

from models.contract.imaging.views import VIEW_COUNT, all_views, brought_back


def test_views_come_back_to_where_they_were() -> None:
    crop = np.random.default_rng(0).random((3, 6, 6), dtype=np.float32)
    for index, view in enumerate(brought_back(all_views(crop)[:, 0])):
        np.testing.assert_array_equal(view, crop[0], err_msg=f"view {index}")


def test_all_views_of_an_uneven_crop_differ() -> None:
    crop = np.random.default_rng(0).random((3, 6, 6), dtype=np.float32)
    views = {view.tobytes() for view in all_views(crop)}
    assert len(views) == VIEW_COUNT
