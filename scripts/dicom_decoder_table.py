"""The DICOM reader against a second decoder, for every combination of pixel layout.

    .venv/bin/python scripts/dicom_decoder_table.py             a row for each combination
    .venv/bin/python scripts/dicom_decoder_table.py --summary   counts by transfer syntax and colour coding

Combinations are transfer syntax, photometric interpretation, planar configuration, bits stored and allocated,
high bit, sign, and even or odd size; those that the standard forbids are among them, as programs write them.
A row says ``agree`` (with the second decoder and with the picture that the file was made from), ``refused``
with the sentence that a person gets, or ``differ`` with the distances in levels of 255. Columns are separated
by tabulators. The exit code is 1 if any row differs.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.imaging.dicom.frame_decoder import decoded
from tests.dicom_combinations import Combination, Verdict, every_combination, verdict

_OUTCOMES = ("agree", "refused", "differ")


def main() -> int:
    """Print the table; return 1 if the reader differs from a second decoder."""
    parser = argparse.ArgumentParser(description="Compare the DICOM reader with a second decoder.")
    parser.add_argument("--summary", action="store_true", help="counts instead of rows")
    arguments = parser.parse_args()
    # Unharmed frames need no decoder process of their own, which takes a third of a second each.
    with patch("app.imaging.dicom.frame.decoded_apart", decoded):
        verdicts = [verdict(combination) for combination in every_combination()]
    lines = _summary(verdicts) if arguments.summary else map(_row, verdicts)
    print("\n".join(lines))
    counts = Counter(found.outcome for found in verdicts)
    print(", ".join(f"{counts[outcome]} {outcome}" for outcome in _OUTCOMES), file=sys.stderr)
    return 1 if counts["differ"] else 0


def _row(found: Verdict) -> str:
    return "\t".join((*_columns(found.combination), found.outcome, found.reason)).rstrip()


def _columns(combination: Combination) -> tuple[str, ...]:
    height_px, width_px = combination.size
    return (
        combination.syntax.name,
        combination.photometric,
        f"planar {int(combination.is_planar)}",
        f"{combination.bits_stored} of {combination.bits_allocated} bits",
        f"high bit {combination.high_bit}",
        "signed" if combination.is_signed else "unsigned",
        f"{width_px} x {height_px}",
    )


def _summary(verdicts: Iterable[Verdict]) -> list[str]:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for found in verdicts:
        kind = (found.combination.syntax.name, found.combination.photometric)
        counts.setdefault(kind, Counter())[found.outcome] += 1
    return ["\t".join((*kind, *_shares(count))) for kind, count in counts.items()]


def _shares(count: Counter[str]) -> list[str]:
    return [f"{count[outcome]} {outcome}" for outcome in _OUTCOMES if count[outcome]]


if __name__ == "__main__":
    sys.exit(main())
