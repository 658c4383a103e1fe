"""Finds the sentences of a source file that people see, and which of them are translated."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TRANSLATE = frozenset({"_", "N_", "ngettext"})

_TAKES_NO_SENTENCE = frozenset(
    {
        *(
            "setObjectName",
            "setProperty",
            "property",
            "setStyleSheet",
            "findChild",
            "findChildren",
            "inherits",
        ),
        *("getattr", "setattr", "hasattr", "strftime", "fromisoformat", "isoformat", "value", "setValue"),
        *("startswith", "endswith", "removeprefix", "removesuffix", "split", "rsplit", "partition", "strip"),
        *("get", "getenv", "encode", "decode", "sub", "match", "search", "fullmatch", "compile", "glob"),
        *("rpartition", "splitlines", "open", "joinpath", "read_text", "with_suffix", "with_name"),
        *("icon", "picture", "plain_icon", "resource", "path", "QKeySequence", "QColor", "QFont"),
        *("Signal", "Slot", "TypeVar", "NewType", "Literal", "cast", "TypeAlias", "import_module"),
        *("debug", "info", "warning", "error", "exception", "getLogger"),
        *("TypeError", "ValueError", "AssertionError", "RuntimeError", "KeyError", "NotImplementedError"),
        *(
            "turn_to",
            "index",
            "invokeMethod",
            "connectNotify",
            "fromString",
            "setMimeData",
            "setData",
            "hasFormat",
            "thread",
        ),
    }
)
"""Functions whose texts are names, formats and patterns for the program, not for people."""

_NAMING_KEYWORDS = frozenset(
    {"name", "style", "replaces", "role", "id", "key", "shortcut", "icon", "encoding", "menu_id"}
)

_WORDS = re.compile(r"[^\W\d_]{2,}[^\W\d_]*[,;:.]?[ \N{NO-BREAK SPACE}]+[^\W\d_{(]")
"""Two words with a space between them."""

_PUT_IN = "0"
"""Stands for what is put into a sentence."""

_WORD_BESIDE_VALUE = re.compile(r"(?<![^\W_])[^\W\d_]{2,}[:,]? 0|0 \(?[^\W\d_]{2,}")

_CAPITALISED = re.compile(r"[A-Z][a-z]{2,}[a-z]*[\N{HORIZONTAL ELLIPSIS}:.!?]?")


@dataclass(frozen=True)
class Sentence:
    """A text that people see."""

    text: str
    """What is put in stands as 0."""
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
        is_formatted = isinstance(node, ast.JoinedStr)
        text = _text(node)
        if is_for_people(text) or (is_formatted and _WORD_BESIDE_VALUE.search(text)):
            yield Sentence(text, node, is_translated, is_at_import)
        if isinstance(node, ast.Constant):
            return
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for default in [*node.args.defaults, *(each for each in node.args.kw_defaults if each)]:
            yield from _inside(default, is_translated=False, is_at_import=is_at_import)
    for child in _seen_children(node):
        yield from _inside(
            child,
            is_translated=isinstance(node, ast.Call) and _called(node) in _TRANSLATE,
            is_at_import=is_at_import and not is_function,
        )


def _seen_children(node: ast.AST) -> Iterator[ast.AST]:
    """Return the children that may hold sentences: no docstrings, annotations, keys, names or patterns."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.MatchValue() | ast.arg():
            return
        case ast.Compare(left=left, comparators=others):
            plain = ast.Constant | ast.Set | ast.Tuple
            yield from (each for each in (left, *others) if not isinstance(each, plain))
        case ast.Subscript(value=value):
            yield value
        case ast.Dict(values=values):
            yield from values
        case ast.JoinedStr(values=values):
            yield from (each.value for each in values if isinstance(each, ast.FormattedValue))
        case ast.AnnAssign(value=value):
            yield from () if value is None else (value,)
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
            yield from (*node.decorator_list, *body)
        case ast.Call():
            yield from _seen_arguments(node)
        case _:
            yield from ast.iter_child_nodes(node)


def _seen_arguments(node: ast.Call) -> Iterator[ast.AST]:
    yield node.func
    if _called(node) in _TAKES_NO_SENTENCE:
        yield from (each for each in node.args if isinstance(each, ast.Call))
        return
    yield from node.args
    yield from (each.value for each in node.keywords if each.arg not in _NAMING_KEYWORDS)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = (each.value if isinstance(each, ast.Constant) else _PUT_IN for each in node.values)
    return "".join(str(part) for part in parts)
