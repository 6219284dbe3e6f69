"""Every statement of `storage/` that reads, with its pieces put together as Python would put them.

What a newcomer gets wrong: it reads the code, not its words. A name in a docstring, or a constant that only sounds
right, is not the statement that is sent.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

READS = {"rows", "row", "one"}
UNKNOWN = "?"
"""What is known only when it runs."""
_NOTE = re.compile(r"--[^\n]*|/\*.*?\*/", re.S)


@dataclass(frozen=True)
class Statement:
    """`text` is in one line and without notes."""

    function: str
    text: str

    @property
    def hides(self) -> bool:
        """Whether what it reads from is known only when it runs."""
        return UNKNOWN in self.text and not re.search(r"\bFROM\b", self.text)

    def reads_from(self, tables: str) -> bool:
        return bool(re.search(rf"\b(FROM|JOIN)\s+({tables})\b", self.text))


def of_module(module: ModuleType, source: str) -> Iterator[Statement]:
    """Those of its functions, named `cases.py:get`."""
    file = f"{module.__name__.rpartition('.')[2]}.py"
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
            given = _given(function)
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in READS:
                    text = _NOTE.sub(" ", _text(call.args[0], module, given)) if call.args else ""
                    if "SELECT" in text or text.startswith(UNKNOWN):
                        yield Statement(f"{file}:{function.name}", " ".join(text.split()))


def _given(function: ast.AST) -> dict[str, ast.expr]:
    """What names stand for in the function, where they are given once."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _text(node: ast.AST, module: ModuleType, given: dict[str, ast.expr]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, module, given) for part in parts)
        case ast.FormattedValue(value=value):
            return _text(value, module, given)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, module, given) + _text(right, module, given)
        case ast.Name(id=name) if name in given:
            return _text(given[name], module, {other: value for other, value in given.items() if other != name})
        case ast.Name(id=name):
            return _constant(module, name)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return _constant(getattr(module, name, None), attribute)
        case ast.Subscript(value=ast.Name(id=name)):
            return " ".join(str(one) for one in getattr(module, name, {UNKNOWN: UNKNOWN}).values())
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="format")):
            return _constant(module, name)
    return UNKNOWN


def _constant(of: object, name: str) -> str:
    found = getattr(of, name, UNKNOWN)
    return found if isinstance(found, str) else UNKNOWN
