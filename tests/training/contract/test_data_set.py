import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.data_folders import manifest_row, mini_data_folder, write_manifest
from training.contract.data_set import LEAKS, DataSetError, Sample, read_manifest, split_samples


def a_sample(image_id: str, group: str, *, malignant: bool = False, split: str = "train") -> Sample:
    return Sample(
        image_id, split, Path(image_id), None, None, malignant, None, None, None, group, None, (None,) * 5
    )  # fmt: skip


def test_a_manifest_is_read_with_unknowns_as_none(tmp_path: Path) -> None:
    samples = read_manifest(mini_data_folder(tmp_path / "d", train=4, val=2, test=2))
    first = samples[0]
    assert (first.malignant, first.age_years, first.sex) == (True, None, "female")
    assert first.structures == (None, None, None, None, True)
    assert first.mask_file == tmp_path / "d" / "masks" / "train000.png"
    assert [s.split for s in samples].count("val") == 2


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "lists no image"),
        ([manifest_row("a"), manifest_row("a")], "a 2 times"),
        ([manifest_row("a", "training")], "unknown split 'training'"),
        ([manifest_row("a", malignant="yes")], "a has 'yes'"),
        ([manifest_row("a", age="old")], "a has 'old'"),
        ([manifest_row("a", age="1e300")], "a has '1e300'"),
        ([manifest_row("a", mask_file="../../secret.png")], "outside its folder"),
        ([manifest_row("a", mask_file=f"{'x' * 300}.png")], "a file that cannot be"),
        ([manifest_row("a", mask_file="masks\0/a.png")], "a file that cannot be"),
        (
            [
                manifest_row("a", "train", duplicate_group="g"),
                manifest_row("b", "test", duplicate_group="g"),
            ],
            "group g is in more than one split",
        ),
    ],
)
def test_a_manifest_that_cannot_be_used_is_explained(
    tmp_path: Path, rows: list[dict[str, str]], sentence: str
) -> None:
    write_manifest(tmp_path, rows)
    with pytest.raises(DataSetError, match=sentence):
        read_manifest(tmp_path)


def test_a_folder_without_manifest_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match=r"manifest\.csv is missing"):
        read_manifest(tmp_path)


def test_train_and_train_extra_may_share_a_lesion(tmp_path: Path) -> None:
    rows = [
        manifest_row("a", "train", duplicate_group="g"),
        manifest_row("b", "train_extra", duplicate_group="g"),
    ]
    write_manifest(tmp_path, rows)
    assert len(split_samples(read_manifest(tmp_path)).train) == 2


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 15), st.booleans()), min_size=1, max_size=60),
    st.integers(2, 5),
)
def test_no_lesion_is_in_both_subsets_of_any_fold(drawn: list[tuple[int, bool]], folds: int) -> None:
    samples = [a_sample(f"i{n}", f"g{group}", malignant=bad) for n, (group, bad) in enumerate(drawn)]
    held_out: list[str] = []
    for fold in range(folds):
        split = split_samples(samples, fold=fold, folds=folds)
        train = {s.duplicate_group for s in split.train}
        assert train.isdisjoint(s.duplicate_group for s in split.validation)
        assert len(split.train) + len(split.validation) == len(samples)
        held_out += [s.image_id for s in split.validation]
    assert sorted(held_out) == sorted(s.image_id for s in samples)


def test_folds_do_not_depend_on_the_order_of_the_manifest() -> None:
    samples = [a_sample(f"i{n}", f"g{n % 7}", malignant=n % 3 == 0) for n in range(30)]
    forward = {s.image_id for s in split_samples(samples, fold=1).validation}
    backward = {s.image_id for s in split_samples(samples[::-1], fold=1).validation}
    assert forward == backward


def test_folds_share_out_the_melanomas() -> None:
    samples = [a_sample(f"i{n}", f"g{n}", malignant=n < 20) for n in range(100)]
    counts = [sum(bool(s.malignant) for s in split_samples(samples, fold=f).validation) for f in range(5)]
    assert counts == [4] * 5


def test_test_images_are_never_learned_from_nor_chosen_by() -> None:
    samples = [
        a_sample("a", "a"),
        a_sample("v", "v", split="val"),
        a_sample("t", "t", split="test"),
    ]
    for fold in (None, 0, 1):
        split = split_samples(samples, fold=fold)
        assert all(s.split != "test" for s in (*split.train, *split.validation))


def test_without_a_group_the_patient_and_then_the_lesion_stay_together(tmp_path: Path) -> None:
    rows = [
        {"image_id": "a", "patient_id": "p", "lesion_id": "l"},
        {"image_id": "b", "lesion_id": "l"},
        {"image_id": "c", "duplicate_group": "g", "patient_id": "p"},
        {"image_id": "d"},
    ]
    write_cells(tmp_path, rows)
    assert [s.duplicate_group for s in read_manifest(tmp_path)] == ["p", "l", "g", "d"]


def test_a_patient_with_several_lesion_groups_is_in_one_subset_of_every_fold(tmp_path: Path) -> None:
    write_cells(
        tmp_path,
        [{"image_id": f"i{n}", "duplicate_group": f"g{n}", "patient_id": f"p{n % 6}"} for n in range(24)],
    )
    for fold in range(3):
        split = split_samples(read_manifest(tmp_path), fold=fold, folds=3)
        learned, held_out = ({s.image_id for s in part} for part in (split.train, split.validation))
        assert len(held_out) == 8
        assert not {int(name[1:]) % 6 for name in learned} & {int(name[1:]) % 6 for name in held_out}


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(
        "image_id,split,image_file,malignant,malignant\na,train,a.png,1,0\n", encoding="utf-8"
    )
    with pytest.raises(DataSetError, match="2 columns called malignant"):
        read_manifest(tmp_path)


def test_a_folder_that_links_to_itself_is_explained(tmp_path: Path) -> None:
    (tmp_path / "masks").symlink_to("masks")
    write_manifest(tmp_path, [manifest_row("a", mask_file="masks/a.png")])
    with pytest.raises(DataSetError, match="a file that cannot be"):
        read_manifest(tmp_path)


def test_folds_of_the_manifest_are_held_out_as_it_deals_them(tmp_path: Path) -> None:
    rows = [{"image_id": f"i{n}", "fold": str(n % 3)} for n in range(9)]
    write_cells(tmp_path, [*rows, {"image_id": "t", "split": "test"}])
    samples = read_manifest(tmp_path)
    held_out = [{s.image_id for s in split_samples(samples, fold=fold).validation} for fold in range(3)]
    assert held_out == [{"i0", "i3", "i6"}, {"i1", "i4", "i7"}, {"i2", "i5", "i8"}]
    with pytest.raises(DataSetError, match="folds 0 to 2, so 3 is none"):
        split_samples(samples, fold=3)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ([{"fold": "0"}, {"fold": ""}], "none to i1"),
        ([{"fold": "one"}], "'one' where the number of a fold"),
        (
            [{"fold": "0", "duplicate_group": "g"}, {"fold": "1", "duplicate_group": "g"}],
            "more than one fold",
        ),
        ([{"fold": "9" * 5000}], "number of a fold"),
    ],
)
def test_folds_that_cannot_be_held_out_are_explained(
    tmp_path: Path, cells: list[dict[str, str]], sentence: str
) -> None:
    write_cells(tmp_path, [{"image_id": f"i{n}", **each} for n, each in enumerate(cells)])
    with pytest.raises(DataSetError, match=sentence):
        split_samples(read_manifest(tmp_path), fold=0)


def test_inputs_that_the_manifest_gives_are_read_and_leaks_are_not(tmp_path: Path) -> None:
    row = {
        "image_id": "a",
        "tbp_lv_A": "20.5",
        "tbp_lv_B": "",
        "tbp_lv_C": "nan",
        "attribution": "ACEMID MIA",
    }
    write_cells(tmp_path, [row | dict.fromkeys(LEAKS, "1")])
    (sample,) = read_manifest(tmp_path)
    assert sample.given == (("tbp_lv_A", 20.5), ("attribution", "ACEMID MIA"))


def test_a_table_that_is_no_text_is_explained(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(b"image_id,split,image_file\na,train,\xff\xfe.png\n")
    with pytest.raises(DataSetError, match="no table in UTF-8"):
        read_manifest(tmp_path)


def test_a_manifest_saved_by_a_european_spreadsheet_is_read(tmp_path: Path) -> None:
    write_cells(tmp_path, [{"image_id": "a", "age": "55.5", "tbp_lv_A": "20.5", "site": "head/neck"}])
    plain = read_manifest(tmp_path)
    file = tmp_path / "manifest.csv"
    text = file.read_text(encoding="utf-8").replace(",", ";").replace("55.5", "55,5").replace("20.5", "20,5")
    file.write_text(text, encoding="utf-8-sig")
    assert read_manifest(tmp_path) == plain


def test_an_image_in_two_rows_is_refused_with_both_lines(tmp_path: Path) -> None:
    write_cells(tmp_path, [{"image_id": "a"}, {"image_id": "b"}, {"image_id": "a"}])
    with pytest.raises(DataSetError, match="lists a 2 times, in the lines 2, 4"):
        read_manifest(tmp_path)


def test_cells_without_a_column_are_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_text(
        "image_id,split,image_file,age\na,train,a.png,55,0\n", encoding="utf-8"
    )
    with pytest.raises(DataSetError, match=r"Line 2 of manifest\.csv has 5 cells"):
        read_manifest(tmp_path)


def write_cells(folder: Path, rows: list[dict[str, str]]) -> None:
    """A manifest with just the columns that ``rows`` have."""
    whole = [{"split": "train", "image_file": f"{row['image_id']}.png"} | row for row in rows]
    columns = list(dict.fromkeys(name for row in whole for name in row))
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(whole)
