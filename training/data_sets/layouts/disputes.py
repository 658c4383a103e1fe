"""Tables that say different things about one image: counted by fact, with an example and its two lines."""

from collections import Counter
from collections.abc import Iterator, Mapping

from training.data_sets.layouts.download import RowsByImage


class Disputes:
    """Compares tables in the order in which they are believed."""

    def __init__(self, words_by_fact: Mapping[str, str]) -> None:
        """Take the facts to compare, with the words for them."""
        self._words = words_by_fact
        self._first: dict[tuple[str, str], tuple[str, str, int]] = {}
        self._counts: Counter[str] = Counter()
        self._example: dict[str, str] = {}

    def take(self, image_id: str, facts: Mapping[str, str], table: str, rows: RowsByImage) -> None:
        """Compare what a table says about an image with what earlier tables said."""
        for fact in self._words:
            said = facts.get(fact)
            if not said:
                continue
            line = rows.line(image_id, fact)
            word, other, other_line = self._first.setdefault((image_id, fact), (said, table, line))
            if word != said:
                self._counts[fact] += 1
                earlier, later = (
                    f"{word!r} in line {other_line} of {other}",
                    f"{said!r} in line {line} of {table}",
                )
                self._example.setdefault(fact, f"{image_id} ({earlier}, {later})")

    def notes(self) -> Iterator[str]:
        """One sentence for each fact that tables disagree about."""
        for fact, count in self._counts.items():
            yield (
                f"Tables disagree about {self._words[fact]} for {count} images, as {self._example[fact]}; "
                "the newest challenge was believed."
            )
