"""Commands of the converters: one command per layout of a public data set."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from training.contract.command_errors import stopped_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.data_sets.layouts.data_folder import FolderOptions, Outcome

convert = typer.Typer(
    name="convert",
    help="Turn a public data set, as it is downloaded, into a data folder.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

SourcesArgument = Annotated[list[Path], typer.Argument(help="Folders with the unpacked download.")]
OutOption = Annotated[Path, typer.Option("--out", help="Data folder to write.")]
ValOption = Annotated[float, typer.Option("--val-share", min=0, max=0.5, help="Where no val is official.")]
TestOption = Annotated[float, typer.Option("--test-share", min=0, max=0.5, help="Where no test is official.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Another seed, another split.")]
SideOption = Annotated[
    int | None,
    typer.Option("--longer-side", min=64, help="Shrink larger images to this, px; left out: copy."),
]
_STOPPED = "Stopped; the same command goes on where it was."


def _isic(name: str, edition: str | None, what: str) -> None:
    def command(
        sources: SourcesArgument,
        out: OutOption,
        longer_side: Annotated[int, typer.Option("--longer-side", min=64, help="In px.")] = 512,
        val_share: ValOption = 0.1,
        test_share: TestOption = 0.15,
    ) -> None:
        from training.data_sets.layouts.isic_challenge import convert as convert_challenges

        with stopped_with(_STOPPED):
            outcome = convert_challenges(
                sources,
                out,
                edition=edition,
                longer_side_px=longer_side,
                val_share=val_share,
                test_share=test_share,
            )
        _say(outcome, out)

    convert.command(name, help=what)(command)


for _year in ("2016", "2017", "2018"):
    _isic(f"isic{_year}", _year, f"Convert the ISIC challenge {_year}; others may be given together with it.")
_isic("isic", None, "Convert any ISIC challenges from 2016 to 2018 together.")


@convert.command()
def ham10000(
    sources: SourcesArgument,
    out: OutOption,
    longer_side: SideOption = None,
    val_share: ValOption = 0.1,
    test_share: TestOption = 0.15,
    seed: SeedOption = 0,
) -> None:
    """Convert HAM10000: melanoma, basal cell carcinoma and actinic keratosis count as malignant."""
    from training.data_sets.layouts.ham10000 import convert as convert_ham10000

    _carried_out(
        lambda options: convert_ham10000(sources, out, options),
        out,
        longer_side=longer_side, val_share=val_share, test_share=test_share, seed=seed,
    )  # fmt: skip


@convert.command()
def isic2024(
    sources: SourcesArgument,
    out: OutOption,
    limit_benign: Annotated[
        int | None, typer.Option("--limit-benign", min=1, help="Draw so many benign lesions; left out: all.")
    ] = None,
    longer_side: SideOption = None,
    val_share: ValOption = 0.1,
    test_share: TestOption = 0.15,
    seed: SeedOption = 0,
) -> None:
    """Convert ISIC 2024 (SLICE-3D) with the inputs of the classifier's table; whole patients per split."""
    from training.data_sets.layouts.isic2024 import convert as convert_isic2024

    _carried_out(
        lambda options: convert_isic2024(sources, out, options, limit_benign=limit_benign),
        out,
        longer_side=longer_side, val_share=val_share, test_share=test_share, seed=seed,
    )  # fmt: skip


@convert.command("class-folders")
def class_folders(
    sources: SourcesArgument,
    out: OutOption,
    malignant: Annotated[str, typer.Option("--malignant", help="Malignant classes: NAME[,NAME].")],
    longer_side: SideOption = None,
    val_share: ValOption = 0.1,
    test_share: TestOption = 0.15,
    seed: SeedOption = 0,
) -> None:
    """Convert a folder per class, also train/CLASS, val/CLASS and test/CLASS."""
    from training.data_sets.layouts.class_folders import convert as convert_class_folders

    names = [name for name in malignant.split(",") if name.strip()]
    _carried_out(
        lambda options: convert_class_folders(sources, out, options, malignant=names),
        out,
        longer_side=longer_side, val_share=val_share, test_share=test_share, seed=seed,
    )  # fmt: skip


def _carried_out(
    conversion: "Callable[[FolderOptions], Outcome]",
    out: Path,
    *,
    longer_side: int | None,
    val_share: float,
    test_share: float,
    seed: int,
) -> None:
    from training.data_sets.layouts.data_folder import FolderOptions

    with stopped_with(_STOPPED):
        outcome = conversion(FolderOptions(longer_side, val_share, test_share, seed))
    _say(outcome, out)


def _say(outcome: "Outcome", out: Path) -> None:
    from training.contract.data_set import MANIFEST
    from training.data_sets.layouts.data_folder import LEFT_OUT

    total = sum(outcome.images_by_split.values())
    splits = ", ".join(f"{name} {count}" for name, count in sorted(outcome.images_by_split.items()))
    typer.echo(
        f"{out / MANIFEST}: {total} images ({splits}), {outcome.masks} masks, {outcome.malignant} malignant."
    )
    if outcome.masks < total:
        typer.echo(f"{total - outcome.masks} images have no usable mask: no use for segmentation.")
    if outcome.labelled < total:
        typer.echo(f"{total - outcome.labelled} images have no label: no use for classification.")
    if outcome.left_out:
        typer.echo(f"{len(outcome.left_out)} images were left out; {LEFT_OUT} says why.")
    for note in outcome.notes:
        typer.echo(note)
