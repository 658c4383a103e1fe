"""Finds the sentences of a source file that people see, and which of them are translated."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TRANSLATE = frozenset({"_", "N_", "ngettext"})

_TAKES_NO_SENTENCE = frozenset(
    {
        *("setObjectName", "setProperty", "property", "setStyleSheet", "findChild", "findChildren", "inherits"),
        *("getattr", "setattr", "hasattr", "strftime", "fromisoformat", "isoformat", "value", "setValue"),
        *("startswith", "endswith", "removeprefix", "removesuffix", "split", "rsplit", "partition", "strip"),
        *("get", "getenv", "encode", "decode", "sub", "match", "search", "fullmatch", "compile", "glob"),
        *("rpartition", "splitlines", "open", "joinpath", "read_text", "with_suffix", "with_name"),
        *("icon", "picture", "plain_icon", "resource", "path", "QKeySequence", "QColor", "QFont"),
        *("Signal", "Slot", "TypeVar", "NewType", "Literal", "cast", "TypeAlias", "import_module"),
        *("debug", "info", "warning", "error", "exception", "getLogger"),
        *("TypeError", "ValueError", "AssertionError", "RuntimeError", "KeyError", "NotImplementedError"),
        *("invokeMethod", "connectNotify", "fromString", "setMimeData", "setData", "hasFormat", "thread"),
    }
)
"""Functions whose texts are names, formats and patterns for the program, not for people."""

_NAMING_KEYWORDS = frozenset({"name", "style", "role", "id", "key", "shortcut", "icon", "encoding", "menu_id"})

_WORDS = re.compile(r"[^\W\d_]{2,}[^\W\d_]*[,;:.]?[ \N{NO-BREAK SPACE}]+[^\W\d_{(]")
"""Two words with a space between them."""

_CAPITALISED = re.compile(r"[A-Z][a-z]{2,}[a-z]*[\N{HORIZONTAL ELLIPSIS}:.!?]?")


@dataclass(frozen=True)
class Sentence:
    """A text that people see."""

    node: ast.Constant | ast.JoinedStr
    is_translated: bool
    is_at_import: bool
    """Whether it stands outside functions, where nobody knows the language yet."""


def sentences(tree: ast.Module) -> Iterator[Sentence]:
    """Return the texts of a module that look as if people saw them."""
    yield from _inside(tree, is_translated=False, is_at_import=True)


def calls_at_import(tree: ast.Module) -> Iterator[ast.Call]:
    """Return the calls of the translating functions outside functions."""
    for node in _outside_functions(tree):
        if isinstance(node, ast.Call) and _called(node) in _TRANSLATE - {"N_"}:
            yield node


def is_for_people(text: str) -> bool:
    """Say whether a text looks like a sentence, a label or a part of one."""
    if "://" in text or text.lstrip().startswith(("<", "{", "-")):
        return False
    bare = text.replace("&", "")
    return bool(_WORDS.search(bare) or _CAPITALISED.fullmatch(bare.strip()))


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for default in [*child.args.defaults, *(each for each in child.args.kw_defaults if each)]:
                yield from _outside_functions(default)
        else:
            yield from _outside_functions(child)


def _inside(node: ast.AST, *, is_translated: bool, is_at_import: bool) -> Iterator[Sentence]:
    if isinstance(node, ast.Constant | ast.JoinedStr):
        if is_for_people(_text(node)):
            yield Sentence(node, is_translated, is_at_import)
        if isinstance(node, ast.Constant):
            return
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for child in _seen_children(node):
        yield from _inside(
            child,
            is_translated=isinstance(node, ast.Call) and _called(node) in _TRANSLATE,
            is_at_import=is_at_import and not is_function,
        )


def _seen_children(node: ast.AST) -> Iterator[ast.AST]:
    """Return the children that may hold sentences: no docstrings, annotations, keys, names or patterns."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.Compare | ast.match_case) and not isinstance(node, ast.match_case):
        yield from (each for each in (node.left, *node.comparators) if not isinstance(each, ast.Constant | ast.Set | ast.Tuple))
        return
    if isinstance(node, ast.MatchValue):
        return
    if isinstance(node, ast.Subscript):
        yield node.value
        return
    if isinstance(node, ast.Dict):
        yield from node.values
        return
    if isinstance(node, ast.JoinedStr):
        yield from (each.value for each in node.values if isinstance(each, ast.FormattedValue))
        return
    if isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield node.value
        return
    if isinstance(node, ast.arg):
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from node.decorator_list
        yield node.args
        yield from node.body
        return
    if isinstance(node, ast.Call):
        yield node.func
        if _called(node) in _TAKES_NO_SENTENCE:
            yield from (each for each in node.args if isinstance(each, ast.Call))
            return
        yield from node.args
        yield from (each.value for each in node.keywords if each.arg not in _NAMING_KEYWORDS)
        return
    yield from ast.iter_child_nodes(node)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = (each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return "".join(str(part) for part in parts)
