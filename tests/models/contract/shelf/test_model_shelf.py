"""The shelf: what it takes, what it refuses and in which words, and who made what active."""

import errno
import json
import pickle
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.contract.errors import (
    ActiveModelsUnreadableError,
    CardUnreadableError,
    ModelAlreadyShelvedError,
    ModelFileChangedError,
    ModelFileDamagedError,
    ModelFileMissingError,
    ModelMismatchError,
    ModelRefusedError,
    NothingToRollBackError,
    ShelfNotWritableError,
    UnknownModelError,
    UnsafeModelFileError,
)
from models.contract.files.atomic_files import sha256_of
from models.contract.onnx_runtime import onnx_runtime
from models.contract.shelf import cards_on_disk
from models.contract.shelf.card import InputSpec, ModelCard, read_card, write_card
from models.contract.shelf.model_shelf import ModelShelf

MakeModel = Callable[..., Path]


@pytest.fixture
def shelf(tmp_path: Path) -> ModelShelf:
    return ModelShelf([tmp_path / "shelf"], tmp_path / "active.json")


def rewritten(folder: Path, **changes: object) -> Path:
    """The card rewritten to fit its (spoilt) files, as a forger would."""
    card = read_card(folder)
    hashes = {
        "weights_sha256": sha256_of(folder / card.weights_file),
        "graph_sha256": sha256_of(folder / card.graph_file),
    }
    write_card(card.model_copy(update=hashes | changes), folder)
    return folder


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_model_is_added_listed_and_given_out(make_model: MakeModel, shelf: ModelShelf) -> None:
    added = shelf.add(make_model())
    assert shelf.list() == shelf.list("segmentation") == (added,)
    assert shelf.list("classification") == ()
    assert shelf.get("tiny", "1.0") == added
    assert shelf.problems() == ()
    session = onnx_runtime().InferenceSession(added.graph_path, providers=["CPUExecutionProvider"])
    [answer] = session.run(None, {"image": np.ones((1, 3, 32, 48), np.float32)})
    assert (answer == 2.0).all()


def test_a_model_is_found_by_its_weights_whatever_it_is_called(
    make_model: MakeModel, shelf: ModelShelf
) -> None:
    first, second = (shelf.add(make_model(name, name=name)) for name in ("first", "second"))
    weights = second.card.weights_sha256
    assert first.card.weights_sha256 == weights
    assert shelf.with_weights(weights, likely="second/1.0") == second
    assert shelf.with_weights(weights, likely="renamed/1.0") == first
    assert shelf.with_weights("0" * 64, likely="second/1.0") is None


def test_a_card_is_read_again_only_when_its_file_has_changed(
    make_model: MakeModel, shelf: ModelShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counting(folder: Path) -> ModelCard:
        read.append(folder.parent.name)
        return read_card(folder)

    model = shelf.add(make_model("first", name="first"))
    shelf.add(make_model("second", name="second"))
    monkeypatch.setattr(cards_on_disk, "read_card", counting)
    fresh = ModelShelf([model.folder.parents[1]], model.folder.parents[2] / "active.json")
    found = fresh.with_weights(model.card.weights_sha256, likely="first/1.0")
    assert (found, read) == (model, ["first"])
    fresh.list()
    fresh.list()
    assert read == ["first", "second"]
    write_card(model.card.model_copy(update={"limits": ("Learned from one clinic.",)}), model.folder)
    assert fresh.list()[0].card.limits == ("Learned from one clinic.",)
    assert read == ["first", "second", "first"]


def test_adding_copies_only_what_the_card_names(
    make_model: MakeModel, shelf: ModelShelf, tmp_path: Path
) -> None:
    folder = make_model()
    (folder / "README.md").write_text("hello")
    shelf.add(folder)
    assert files_below(tmp_path / "shelf") == [
        "tiny/1.0/card.json", "tiny/1.0/graph.onnx", "tiny/1.0/weights.safetensors",
    ]  # fmt: skip


def test_a_name_and_version_is_taken_once(make_model: MakeModel, shelf: ModelShelf) -> None:
    shelf.add(make_model())
    with pytest.raises(ModelAlreadyShelvedError, match="another version"):
        shelf.add(make_model("again"))


def test_nothing_is_active_until_a_person_promotes_it(make_model: MakeModel, shelf: ModelShelf) -> None:
    added = shelf.add(make_model())
    assert shelf.active("segmentation") is None
    at = datetime(2026, 5, 6, tzinfo=UTC)
    assert shelf.promote("tiny", "1.0", author="Dr. Ito", at=at) == added
    assert shelf.active("segmentation") == added
    [decision] = shelf.history("segmentation")
    assert (decision.author, decision.decided_at, decision.kind) == ("Dr. Ito", at, "promoted")


def test_the_weights_in_use_are_known_without_reading_them(
    make_model: MakeModel, shelf: ModelShelf, tmp_path: Path
) -> None:
    assert shelf.active_weights_sha256("segmentation") is None
    card = shelf.add(make_model()).card
    shelf.promote("tiny", "1.0", author="Dr Test")
    (tmp_path / "shelf" / "tiny" / "1.0" / "weights.safetensors").unlink()
    assert shelf.active_weights_sha256("segmentation") == card.weights_sha256
    notes = json.loads((tmp_path / "active.json").read_text())
    notes["history"][0]["weights_sha256"] = None
    (tmp_path / "active.json").write_text(json.dumps(notes))
    assert shelf.active_weights_sha256("segmentation") == card.weights_sha256
    assert shelf.active_weights_sha256("classification") is None


def test_a_promotion_can_be_taken_back_step_by_step(make_model: MakeModel, shelf: ModelShelf) -> None:
    for version in ("1.0", "1.1", "1.2"):
        shelf.add(make_model(version, version=version))
        shelf.promote("tiny", version, author="A")
    assert shelf.rollback("segmentation", author="B").card.version == "1.1"
    assert shelf.rollback("segmentation", author="B").card.version == "1.0"
    with pytest.raises(NothingToRollBackError, match="nothing to go back to"):
        shelf.rollback("segmentation", author="B")
    active = shelf.active("segmentation")
    assert active is not None
    assert active.card.version == "1.0"
    kinds = [(each.version, each.kind) for each in shelf.history("segmentation")]
    assert kinds == [
        ("1.0", "promoted"), ("1.1", "promoted"), ("1.2", "promoted"),
        ("1.1", "rolled back"), ("1.0", "rolled back"),
    ]  # fmt: skip


def test_a_new_shelf_remembers_who_is_active(
    make_model: MakeModel, shelf: ModelShelf, tmp_path: Path
) -> None:
    shelf.add(make_model())
    shelf.promote("tiny", "1.0", author="A")
    again = ModelShelf([tmp_path / "shelf"], tmp_path / "active.json")
    assert again.active("segmentation") == shelf.active("segmentation")


def test_a_model_that_takes_the_name_of_the_active_one_was_chosen_by_nobody(
    make_model: MakeModel, shelf: ModelShelf
) -> None:
    folder = shelf.add(make_model()).folder
    shelf.promote("tiny", "1.0", author="A")
    weights = folder / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    rewritten(folder)
    with pytest.raises(ModelFileChangedError, match="other weights now than when A chose it"):
        shelf.active("segmentation")
    shelf.promote("tiny", "1.0", author="B")
    active = shelf.active("segmentation")
    assert active is not None
    assert active.card.weights_sha256 == sha256_of(weights)


def test_shipped_models_are_active_until_something_else_is_and_after_a_roll_back(
    make_model: MakeModel, tmp_path: Path
) -> None:
    shipped_file = tmp_path / "shipped" / "active.json"
    maker = ModelShelf([tmp_path / "shipped"], shipped_file)
    maker.add(make_model())
    maker.promote("tiny", "1.0", author="Naevus")
    content = shipped_file.read_bytes()
    shelf = ModelShelf(
        [tmp_path / "own", tmp_path / "shipped"],
        tmp_path / "own.json",
        shipped_active_file=shipped_file,
    )
    assert shelf.history("segmentation") == ()
    shelf.add(make_model("better", version="2.0"))
    shelf.promote("tiny", "2.0", author="A")
    active = shelf.active("segmentation")
    assert active is not None
    assert active.folder == tmp_path / "own" / "tiny" / "2.0"
    back = shelf.rollback("segmentation", author="A")
    assert shelf.active("segmentation") == back
    assert back.folder == tmp_path / "shipped" / "tiny" / "1.0"
    assert shipped_file.read_bytes() == content
    with pytest.raises(NothingToRollBackError):
        shelf.rollback("segmentation", author="A")


def test_tasks_have_their_own_active_model(make_model: MakeModel, shelf: ModelShelf) -> None:
    shelf.add(make_model())
    shelf.add(make_model("other", **classifier()))
    shelf.promote("tiny", "1.0", author="A")
    shelf.promote("tiny-score", "1.0", author="A")
    segmenter, scorer = shelf.active("segmentation"), shelf.active("classification")
    assert segmenter is not None
    assert scorer is not None
    assert (segmenter.card.name, scorer.card.name) == ("tiny", "tiny-score")


def classifier(**changes: object) -> dict[str, object]:
    spec = InputSpec.for_classification(size_px=32, crop_margin=0.25)
    return {
        "name": "tiny-score",
        "task": "classification",
        "labels": ("benign", "malignant"),
        "input": spec,
        "graph": {"shape": ("batch", 3, 32, 32)},
    } | changes


def swapped_features() -> InputSpec:
    spec = InputSpec.for_classification(size_px=32, crop_margin=0.25)
    first, second, *rest = spec.numeric_features
    return spec.model_copy(update={"numeric_features": (second, first, *rest)})


def only_numbers() -> InputSpec:
    spec = InputSpec.for_classification(size_px=32, crop_margin=0.25)
    return spec.model_copy(update={"categorical_features": ()})


def test_a_score_model_may_look_at_the_image_alone(make_model: MakeModel, shelf: ModelShelf) -> None:
    spec = InputSpec.for_classification(size_px=32, crop_margin=0.25, reads_table=False)

    added = shelf.add(make_model(**classifier(input=spec, overlays=("gradient_x_input",))))

    assert added.card.input.numeric_features == ()
    assert added.card.overlays == ("gradient_x_input",)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"labels": ("lesion", "skin")}, "in this order"),
        ({"labels": ("lesion",)}, "in this order"),
        (classifier(labels=("malignant", "benign")), "in this order"),
        (classifier(input=swapped_features()), "in another order"),
        (classifier(input=only_numbers()), "in another order"),
        (
            classifier(
                input=InputSpec.for_classification(size_px=32, crop_margin=0.25).model_copy(
                    update={"measurements": "0"}
                )
            ),
            "another definition of the lesion's measurements",
        ),
        (
            {"input": InputSpec(height_px=32, width_px=48, normalisation="none")},
            "another normalisation",
        ),
        ({"graph": {"shape": ("batch", 3, 64, 48)}}, "48 x 32 px, as its card says"),
        ({"graph": {"shape": ("batch", 1, 32, 48)}}, "one colour image"),
        ({"task": "refinement"}, "an image and its guidance"),
    ],
)
def test_models_that_would_be_misread_are_refused(
    make_model: MakeModel, shelf: ModelShelf, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ModelMismatchError, match=sentence):
        shelf.add(make_model(**changes))
    assert shelf.list() == ()


def test_changed_files_are_refused_also_after_they_were_shelved(
    make_model: MakeModel, shelf: ModelShelf
) -> None:
    added = shelf.add(make_model())
    shelf.promote("tiny", "1.0", author="A")
    content = bytearray(added.weights_path.read_bytes())
    content[-1] ^= 1
    added.weights_path.write_bytes(content)
    for ask in (lambda: shelf.get("tiny", "1.0"), lambda: shelf.active("segmentation")):
        with pytest.raises(ModelFileChangedError, match="damaged or was changed"):
            ask()
    assert [sentence for _, sentence in shelf.problems()] == [
        "The file weights.safetensors of the model tiny/1.0 is damaged or was changed: "
        "it is not the one its card was written for."
    ]


@pytest.mark.parametrize("name", ["graph.onnx", "weights.safetensors"])
def test_missing_files_are_refused(make_model: MakeModel, shelf: ModelShelf, name: str) -> None:
    folder = make_model()
    (folder / name).unlink()
    with pytest.raises(ModelFileMissingError, match=f"{name} is missing"):
        shelf.add(folder)


def test_a_pickle_in_place_of_the_weights_is_refused(make_model: MakeModel, shelf: ModelShelf) -> None:
    folder = make_model()
    (folder / "weights.safetensors").write_bytes(pickle.dumps({"a": [1, 2, 3]}))
    with pytest.raises(UnsafeModelFileError, match="pickle"):
        shelf.add(rewritten(folder))


@pytest.mark.parametrize("name", ["extra.pt", "notes.json", "more.safetensors", "library.so"])
def test_files_which_the_card_does_not_name_are_refused(
    make_model: MakeModel, shelf: ModelShelf, name: str
) -> None:
    folder = make_model()
    (folder / name).write_bytes(b"x" * 20)
    with pytest.raises(UnsafeModelFileError, match="accepted"):
        shelf.add(folder)


@pytest.mark.parametrize("name", [".card.json.x7_k2p", ".exam.json.x7_k2p"])
def test_what_a_killed_process_left_of_a_card_or_an_exam_spoils_no_model(
    make_model: MakeModel, shelf: ModelShelf, name: str
) -> None:
    folder = make_model()
    (folder / name).write_bytes(b"{")
    assert name not in files_below(shelf.add(folder).folder)


def test_links_and_folders_are_refused(make_model: MakeModel, shelf: ModelShelf, tmp_path: Path) -> None:
    folder = make_model()
    (folder / "inner").mkdir()
    with pytest.raises(UnsafeModelFileError, match="inner"):
        shelf.add(folder)
    (folder / "inner").rmdir()
    (folder / "weights.safetensors").rename(tmp_path / "elsewhere")
    try:
        (folder / "weights.safetensors").symlink_to(tmp_path / "elsewhere")
    except OSError:
        pytest.skip("this system lets only administrators make links")
    with pytest.raises(UnsafeModelFileError, match="is a link"):
        shelf.add(folder)


@pytest.mark.parametrize(
    "location", ["/etc/passwd", "../secret.bin", "other.safetensors", "", "./weights.safetensors"]
)
@pytest.mark.parametrize("in_subgraph", [False, True])
def test_graphs_that_point_outside_their_own_weights_are_refused(
    make_model: MakeModel, shelf: ModelShelf, location: str, in_subgraph: bool
) -> None:
    folder = make_model(graph={"location": location, "in_subgraph": in_subgraph})
    with pytest.raises(UnsafeModelFileError, match="not its own"):
        shelf.add(folder)


@pytest.mark.parametrize("offset", [-1, 10**6, 2**63])
def test_graphs_that_point_beyond_their_weights_are_refused(
    make_model: MakeModel, shelf: ModelShelf, offset: int
) -> None:
    with pytest.raises(ModelFileDamagedError, match="beyond the end"):
        shelf.add(make_model(graph={"offset": offset}))


def test_a_forged_safetensors_header_is_refused(make_model: MakeModel, shelf: ModelShelf) -> None:
    folder = make_model()
    weights = folder / "weights.safetensors"
    weights.write_bytes((2**62).to_bytes(8, "little") + weights.read_bytes()[8:])
    with pytest.raises(ModelFileDamagedError, match="impossible"):
        shelf.add(rewritten(folder))


def test_a_card_in_the_wrong_place_is_refused(
    make_model: MakeModel, shelf: ModelShelf, tmp_path: Path
) -> None:
    shelf.add(make_model())
    shutil.copytree(tmp_path / "shelf" / "tiny" / "1.0", tmp_path / "shelf" / "tiny" / "9.9")
    with pytest.raises(CardUnreadableError, match="another model"):
        shelf.get("tiny", "9.9")
    assert [each.card.version for each in shelf.list()] == ["1.0"]
    assert len(shelf.problems()) == 1


@pytest.mark.parametrize("name", ["nothing", "..", "../tiny", ""])
def test_unknown_models_are_refused(make_model: MakeModel, shelf: ModelShelf, name: str) -> None:
    shelf.add(make_model())
    with pytest.raises(UnknownModelError, match="no model"):
        shelf.promote(name, "1.0", author="A")
    assert shelf.history("segmentation") == ()


def test_a_refused_model_leaves_the_shelf_as_it_was(
    make_model: MakeModel, shelf: ModelShelf, tmp_path: Path
) -> None:
    shelf.add(make_model())
    before = files_below(tmp_path / "shelf")
    broken = make_model("broken", version="2.0")
    (broken / "graph.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelRefusedError):
        shelf.add(rewritten(broken))
    assert files_below(tmp_path / "shelf") == before


@pytest.mark.parametrize("content", ["", "{", '{"history": [{"task": "segmentation"}]}'])
def test_a_damaged_list_of_active_models_is_told_and_kept(
    make_model: MakeModel, shelf: ModelShelf, tmp_path: Path, content: str
) -> None:
    shelf.add(make_model())
    (tmp_path / "active.json").write_text(content)
    for ask in (
        lambda: shelf.active("segmentation"),
        lambda: shelf.promote("tiny", "1.0", author="A"),
        lambda: shelf.rollback("segmentation", author="A"),
    ):
        with pytest.raises(ActiveModelsUnreadableError, match="cannot be read"):
            ask()
    assert (tmp_path / "active.json").read_text() == content


def test_promoting_needs_a_person(make_model: MakeModel, shelf: ModelShelf) -> None:
    shelf.add(make_model())
    with pytest.raises(ValueError, match="author"):
        shelf.promote("tiny", "1.0", author="")


def test_a_shelf_without_folders_is_empty(shelf: ModelShelf) -> None:
    assert shelf.list() == ()
    assert shelf.problems() == ()
    assert shelf.active("classification") is None


def test_the_list_of_active_models_is_plain_json(
    make_model: MakeModel, shelf: ModelShelf, tmp_path: Path
) -> None:
    shelf.add(make_model())
    shelf.promote("tiny", "1.0", author="A", at=datetime(2026, 5, 6, tzinfo=UTC))
    assert json.loads((tmp_path / "active.json").read_text()) == {
        "schema_version": 1,
        "history": [
            {
                "task": "segmentation",
                "name": "tiny",
                "version": "1.0",
                "author": "A",
                "decided_at": "2026-05-06T00:00:00Z",
                "kind": "promoted",
                "weights_sha256": shelf.get("tiny", "1.0").card.weights_sha256,
            }
        ],
    }


def test_a_shelf_that_cannot_be_written_is_told_in_a_sentence(make_model: MakeModel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    shelf = ModelShelf([tmp_path / "file"], tmp_path / "active.json")
    with pytest.raises(ShelfNotWritableError, match="could not be copied"):
        shelf.add(make_model())


def test_a_full_disk_leaves_the_active_model_as_it_was(
    make_model: MakeModel, shelf: ModelShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("1.0", "1.1"):
        shelf.add(make_model(version, version=version))
    shelf.promote("tiny", "1.0", author="A")
    before = (tmp_path / "active.json").read_bytes()
    third = make_model("1.2", version="1.2")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("models.contract.files.atomic_files.os.fsync", full)
    with pytest.raises(ShelfNotWritableError, match="No space left on device"):
        shelf.promote("tiny", "1.1", author="A")
    with pytest.raises(ShelfNotWritableError, match="No space left on device"):
        shelf.add(third)
    assert (tmp_path / "active.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["active.json"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert [each.card.version for each in shelf.list()] == ["1.0", "1.1"]
