"""What stands in the patient tree: a line with those below it, and by what it is known again."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TypeAlias
from weakref import WeakValueDictionary

from app.domain.ids import ImageId
from app.domain.patient_tree import ImageLine, LesionLine, PatientLine, VisitLine

TreeLine: TypeAlias = PatientLine | LesionLine | VisitLine | ImageLine
NodeKey: TypeAlias = tuple[str, ...]
"""Tells a line from all others, also after it was read again."""


_IDS = count(1)
_NODES: WeakValueDictionary[int, "Node"] = WeakValueDictionary()


class Node:
    """A line of the tree; the lines below a patient are read when they are asked for."""

    def __init__(self, line: TreeLine, above: "Node | None") -> None:
        self.id = next(_IDS)
        _NODES[self.id] = self
        self.line = line
        self.above = above
        self.below: list[Node] | None = None if isinstance(line, PatientLine) else _nodes_below(self)

    @property
    def key(self) -> NodeKey:
        """Return by what the line is known again."""
        return key_of(self.line)

    @property
    def row(self) -> int:
        """Return the place among the lines that stand beside it; 0 for a patient, whom the model places."""
        beside = [] if self.above is None else self.above.below or []
        return next((row for row, node in enumerate(beside) if node is self), 0)

    def find(self, key: NodeKey) -> "Node | None":
        """Return the line of a key at or below this one, as far as it was read."""
        return next((node for node in self.walk() if node.key == key), None)

    def walk(self) -> Iterator["Node"]:
        """Return this line and all that are below it, as far as they were read."""
        yield self
        for node in self.below or ():
            yield from node.walk()

    def images(self) -> tuple[ImageId, ...]:
        """Return the images at or below this line, as far as they were read."""
        return tuple(node.line.case.image_id for node in self.walk() if isinstance(node.line, ImageLine))

    def renew(self, lines: Sequence[TreeLine]) -> bool:
        """Take what the lines below say now; False when other lines stand there than before."""
        if [node.key for node in self.below or ()] != [key_of(line) for line in lines]:
            return False
        for node, line in zip(self.below or (), lines, strict=True):
            node.line = line
        return all(node.renew(lines_below(node.line)) for node in self.below or ())


def node_of(node_id: int) -> Node | None:
    """Return a node by its number, by which Qt's indexes know it; None when it is gone."""
    return _NODES.get(node_id)


def key_of(line: TreeLine) -> NodeKey:
    """Return by what a line is known again."""
    match line:
        case PatientLine():
            return ("patient", line.id)
        case LesionLine():
            return ("lesion", line.lesion.id)
        case VisitLine():
            return ("visit", line.lesion_id, line.visited_on.isoformat())
        case ImageLine():
            return image_key(line.case.image_id)


def image_key(image_id: ImageId) -> NodeKey:
    """Return the key of an image."""
    return ("image", image_id)


def lines_below(line: TreeLine) -> tuple[TreeLine, ...]:
    """Return the lines that a line brings with it; those of a patient are read apart."""
    match line:
        case LesionLine():
            return line.visits
        case VisitLine():
            return line.images
        case _:
            return ()


def _nodes_below(node: Node) -> list[Node]:
    return [Node(line, node) for line in lines_below(node.line)]
