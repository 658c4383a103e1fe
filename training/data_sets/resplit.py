"""Deals the images of a data folder anew to train, val, test and folds, whole groups at a time.

A group is everything that shares a duplicate group, a patient or a lesion. Groups are dealt alike in
malignant, benign and unlabelled images with and without mask. The old manifest is never lost: the new one is
another file, or takes its place while the old one is kept beside it.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.contract.data_set import MANIFEST, SUBSETS, DataSetError, check_ids, group_of, manifest_rows
from training.contract.lesion_groups import Member, lesion_groups
from training.contract.progress_bar import shown
from training.data_sets.group_split import check_shares, split_groups

_LABELS = ("1", "0", "")
_GROUP_COLUMNS = ("duplicate_group", "patient_id", "lesion_id")


@dataclass(frozen=True)
class SplitShares:
    """How a data folder is to be dealt."""

    val: float = 0.15
    test: float = 0.15
    folds: int = 0
    """How many folds the training images are dealt to; 0 leaves them without, which is five at training."""
    seed: int = 0
    keep_test: bool = False
    """Whether images that are in test stay there, with their groups, and no others join them."""

    def __post_init__(self) -> None:
        """Refuse shares that leave nothing to learn from, in a sentence."""
        check_shares(self.val, self.test)
        if self.folds == 1 or self.folds < 0:
            raise DataSetError("Two folds are the fewest.")


@dataclass(frozen=True)
class Balance:
    """What one subset or fold got."""

    name: str
    images: int
    groups: int
    malignant: int
    benign: int
    unknown: int
    masks: int


@dataclass(frozen=True)
class Resplit:
    """The result: the new manifest, where the old one lies, and how the images were dealt."""

    manifest: str
    former_manifest: str | None
    balance: tuple[Balance, ...]
    notes: tuple[str, ...]


def resplit(data_dir: Path, out: Path | None, shares: SplitShares) -> Resplit:
    """Write a manifest with a new split.

    Args:
        data_dir: folder with manifest.csv.
        out: the file to write, which must not exist; None replaces manifest.csv and keeps the old one.
        shares: what goes where.

    Raises:
        DataSetError: the manifest cannot be read, ``out`` exists, or too few groups can be dealt.
    """
    if out is not None and out.exists():
        raise DataSetError(f"{out} exists already; name another file.")
    cards = _read(data_dir)
    rows_by_group = lesion_groups([Member(card.image_id, card.keys) for card in cards])
    subset_by_group = _subsets(cards, rows_by_group, shares)
    fold_by_group = _folds(cards, rows_by_group, subset_by_group, shares)
    deal = _deal(cards, rows_by_group, subset_by_group, fold_by_group)
    written = out or data_dir / MANIFEST
    part = written.with_name(f".{written.name}.part")
    try:
        _write(part, data_dir, deal)
        former = None if out else _kept(written)
        part.replace(written)
    finally:
        part.unlink(missing_ok=True)
    balance = tuple(_balances(deal))
    return Resplit(str(written), str(former) if former else None, balance, tuple(_notes(balance)))


@dataclass(frozen=True)
class _Card:
    """What the deal needs of one row."""

    image_id: str
    keys: frozenset[str]
    group: str
    split: str
    label: str
    has_mask: bool


@dataclass(frozen=True)
class _Deal:
    """The new group, subset and fold of each row; rows outside training have no fold."""

    cards: Sequence[_Card]
    name_by_row: Mapping[int, str]
    subset_by_row: Mapping[int, str]
    fold_by_row: Mapping[int, int]


def _read(data_dir: Path) -> list[_Card]:
    with manifest_rows(data_dir) as rows:
        cards, lines = [], []
        for row in shown(rows, "Reading"):
            cards.append(_card(row))
            lines.append(rows.line)
    if not cards:
        raise DataSetError("The manifest lists no image.")
    check_ids([card.image_id for card in cards], lines)
    return cards


def _card(row: Mapping[str, str]) -> _Card:
    label = row.get("malignant", "")
    if label not in _LABELS:
        raise DataSetError(f"{row['image_id']} has {label!r} where 0 or 1 is expected.")
    return _Card(
        image_id=row["image_id"],
        keys=frozenset(f"{name} {row[name]}" for name in _GROUP_COLUMNS if row.get(name)),
        group=group_of(row),
        split=row["split"],
        label=label,
        has_mask=bool(row.get("mask_file")),
    )


def _holdings(cards: Sequence[_Card], rows: Sequence[int]) -> tuple[int, ...]:
    kinds = Counter((cards[row].label, cards[row].has_mask) for row in rows)
    return tuple(kinds[label, has_mask] for label in _LABELS for has_mask in (True, False))


def _subsets(
    cards: Sequence[_Card], rows_by_group: Mapping[str, Sequence[int]], shares: SplitShares
) -> dict[str, str]:
    kept = {
        name: "test"
        for name, rows in rows_by_group.items()
        if shares.keep_test and any(cards[row].split == "test" for row in rows)
    }
    free = {name: _holdings(cards, rows) for name, rows in rows_by_group.items() if name not in kept}
    if len(free) < 2:
        raise DataSetError("There are too few groups to deal: everything belongs to one patient or lesion.")
    test = 0.0 if shares.keep_test else shares.test
    subsets = split_groups(free, (1 - shares.val - test, shares.val, test), seed=shares.seed)
    return kept | {name: SUBSETS[subset] for name, subset in subsets.items()}


def _folds(
    cards: Sequence[_Card],
    rows_by_group: Mapping[str, Sequence[int]],
    subset_by_group: Mapping[str, str],
    shares: SplitShares,
) -> dict[str, int]:
    if not shares.folds:
        return {}
    train = {n: _holdings(cards, rows) for n, rows in rows_by_group.items() if subset_by_group[n] == "train"}
    if len(train) < shares.folds:
        raise DataSetError(f"{len(train)} groups to learn from cannot fill {shares.folds} folds.")
    return split_groups(train, (1 / shares.folds,) * shares.folds, seed=shares.seed)


def _deal(
    cards: Sequence[_Card],
    rows_by_group: Mapping[str, Sequence[int]],
    subset_by_group: Mapping[str, str],
    fold_by_group: Mapping[str, int],
) -> _Deal:
    name_by_row, subset_by_row, fold_by_row = {}, {}, {}
    for group, rows in rows_by_group.items():
        former = {cards[row].group for row in rows}
        # A group that was already one keeps its name: folds without a column are dealt by names.
        name = former.pop() if len(former) == 1 else group
        for row in rows:
            name_by_row[row], subset_by_row[row] = name, subset_by_group[group]
            if group in fold_by_group:
                fold_by_row[row] = fold_by_group[group]
    return _Deal(cards, name_by_row, subset_by_row, fold_by_row)


def _write(part: Path, data_dir: Path, deal: _Deal) -> None:
    with manifest_rows(data_dir) as rows, part.open("w", newline="", encoding="utf-8") as stream:
        columns = [name for name in rows.columns if name and name != "fold"]
        columns += [name for name in ("duplicate_group",) if name not in columns]
        columns += ["fold"] if deal.fold_by_row else []
        writer = csv.DictWriter(stream, columns, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        for index, row in enumerate(shown(rows, "Writing", len(deal.cards))):
            writer.writerow(row | _new_cells(deal, index))


def _new_cells(deal: _Deal, index: int) -> dict[str, str]:
    subset, fold = deal.subset_by_row[index], deal.fold_by_row.get(index)
    is_extra = subset == "train" and deal.cards[index].split == "train_extra"
    return {
        "split": "train_extra" if is_extra else subset,
        "duplicate_group": deal.name_by_row[index],
        "fold": "" if fold is None else str(fold),
    }


def _kept(manifest: Path) -> Path:
    """Put the manifest aside under the first free name."""
    number = 1
    while (former := manifest.with_name(f"{manifest.stem}.before-split-{number}.csv")).exists():
        number += 1
    former.write_bytes(manifest.read_bytes())
    return former


def _balances(deal: _Deal) -> Iterator[Balance]:
    rows_by_name: dict[str, list[int]] = {subset: [] for subset in SUBSETS}
    rows_by_name |= {f"fold {fold}": [] for fold in sorted(set(deal.fold_by_row.values()))}
    for row in range(len(deal.cards)):
        rows_by_name[deal.subset_by_row[row]].append(row)
        if row in deal.fold_by_row:
            rows_by_name[f"fold {deal.fold_by_row[row]}"].append(row)
    for name, rows in rows_by_name.items():
        yield _balance(name, deal, rows)


def _balance(name: str, deal: _Deal, rows: Sequence[int]) -> Balance:
    labels = Counter(deal.cards[row].label for row in rows)
    return Balance(
        name=name,
        images=len(rows),
        groups=len({deal.name_by_row[row] for row in rows}),
        malignant=labels["1"],
        benign=labels["0"],
        unknown=labels[""],
        masks=sum(deal.cards[row].has_mask for row in rows),
    )


def _notes(balance: Sequence[Balance]) -> Iterator[str]:
    has_malignant = any(one.malignant for one in balance)
    for one in balance:
        if not one.images:
            yield f"{one.name} is empty."
        elif has_malignant and not one.malignant:
            yield f"{one.name} has no malignant image: too few groups have one."
