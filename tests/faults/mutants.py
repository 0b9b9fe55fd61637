"""Spoil the ledger's decision in one place at a time, and see whether its tests find it.

`./dev faults mutants` tries some, `--full` every one: first on the tests of `plan` alone, which
need no database, then on those of the operations. What survives both is printed with its line; a
survivor is a test that is missing, or a change that makes no difference.
"""

import ast
import contextlib
import importlib
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import FunctionType
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import hypothesis  # noqa: E402 -- after setup
import pytest  # noqa: E402

from tests.faults.command import arguments, report  # noqa: E402

PROJECT = Path(__file__).parents[2]
SPOILT = ("plan", "goods", "promises", "giving_way", "draft")
PURE = ("test_plan", "test_promises", "test_giving_way", "test_lots")
STORED = ("test_stock_operations", "test_holds", "test_moves", "test_lots", "test_machine")
SOME = 40
_PURE = "not jam and not TheTables and not trace"
STEPS = "30x30"  # of the state machine, last of all
LONGEST = 120  # seconds; a mutant that never ends is found, too

_COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_CALCULATED = {ast.Add: ast.Sub, ast.Sub: ast.Add}
_NAMED = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module of the ledger with one node changed: the `number`-th that can be."""

    module: str
    number: int
    line: int
    was: str
    now: str
    source: str

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line}  {self.was}  ->  {self.now}"


class _Spoiler(ast.NodeTransformer):
    """Change the `wanted`-th thing that can be changed; without one, count them."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted, self.seen = wanted, 0
        self.done: tuple[int, str, str] | None = None

    def _change(self, node: ast.AST, changed: ast.AST) -> ast.AST:
        this = self.seen == self.wanted
        self.seen += 1
        if not this:
            return node
        self.done = (getattr(node, "lineno", 0), ast.unparse(node), ast.unparse(changed))
        return ast.copy_location(changed, node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        other = _COMPARED[type(node.ops[0])]
        ops = [other(), *node.ops[1:]]
        return self._change(node, ast.Compare(node.left, ops, node.comparators))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return self._change(node, ast.BoolOp(other, node.values))

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if type(node.op) not in _CALCULATED:
            return node
        return self._change(node, ast.BinOp(node.left, _CALCULATED[type(node.op)](), node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not | ast.USub):
            return self._change(node, node.operand)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            return self._change(node, ast.Constant(not node.value))
        if isinstance(node.value, int):
            return self._change(node, ast.Constant(node.value + 1))
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in _NAMED:
            other = ast.Name(_NAMED[node.func.id], ast.Load())
            return self._change(node, ast.Call(other, node.args, node.keywords))
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        return self._change(node, ast.If(ast.Constant(False), node.body, node.orelse))

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Constant):
            return node  # a docstring
        return self._change(node, ast.Pass())

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        return self._change(node, ast.Pass())

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node  # how a refusal reads is another matter

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(each) for each in node.body]
        return node  # how a dataclass is made decides nothing

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return node if node.value is None else self.generic_visit(node)


def mutants() -> Iterator[Mutant]:
    """Every mutant of the modules that decide."""
    for module in SPOILT:
        source = (PROJECT / f"inventory/ledger/{module}.py").read_text()
        counter = _Spoiler()
        counter.visit(ast.parse(source))
        for number in range(counter.seen):
            spoiler = _Spoiler(number)
            tree = ast.fix_missing_locations(spoiler.visit(ast.parse(source)))
            if spoiler.done is None:
                raise RuntimeError(f"{module} has no place number {number}")
            line, was, now = spoiler.done
            yield Mutant(
                module, number, line, was.splitlines()[0], now.splitlines()[0], ast.unparse(tree)
            )


def is_found(mutant: Mutant | None, *, stored: bool) -> bool:
    """Run tests on it in a process of its own; None runs them on what is there.

    They are those of `plan` alone, or of what is `stored`.
    """
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST)
        with (
            Path(os.devnull).open("w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
        ):
            try:
                os._exit(_tested(mutant, stored=stored))
            except BaseException:  # a mutant that cannot even be loaded is found
                os._exit(1)
    _, status = os.waitpid(child, 0)
    return status != 0


def _tested(mutant: Mutant | None, *, stored: bool) -> int:
    if mutant is not None:
        _put_in_place(mutant)
    os.environ["BACKROOM_STEPS"] = STEPS
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, max_examples=100
    )
    hypothesis.settings.load_profile("mutants")
    files = [str(PROJECT / f"tests/inventory/{test}.py") for test in (STORED if stored else PURE)]
    # The database is made once: each run leaves it to the next.
    which = ["--reuse-db"] if stored else ["-m", "not django_db", "-k", _PURE]
    code = pytest.main(
        [*files, *which, "-x", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-W", "ignore"]
    )
    return int(code)


def _put_in_place(mutant: Mutant) -> None:
    """Give the functions of the module the code that the mutant has, wherever they are known."""
    module = importlib.import_module(f"inventory.ledger.{mutant.module}")
    spoilt = dict(vars(module))
    exec(compile(mutant.source, module.__name__, "exec"), spoilt)
    _transplant(module.__name__, vars(module), spoilt)


def _transplant(module: str, there: dict[str, Any], spoilt: Mapping[str, Any]) -> None:
    for name, ours in list(there.items()):
        theirs = spoilt.get(name)
        if isinstance(ours, property) and isinstance(theirs, property):
            ours, theirs = ours.fget, theirs.fget
        if isinstance(ours, FunctionType) and isinstance(theirs, FunctionType):
            ours.__code__, ours.__defaults__ = theirs.__code__, theirs.__defaults__
        elif isinstance(ours, type) and ours.__module__ == module and isinstance(theirs, type):
            _transplant(module, dict(vars(ours)), vars(theirs))
        elif isinstance(ours, timedelta | datetime):
            there[name] = theirs


def main() -> int:
    asked = arguments(__doc__)
    everyone = list(mutants())
    tried = everyone
    if not asked.full:
        tried = random.Random(asked.seed).sample(everyone, SOME)
    if is_found(None, stored=False) or is_found(None, stored=True):
        raise RuntimeError("the tests fail on the ledger as it is")
    began = time.monotonic()
    left = [mutant for mutant in tried if not is_found(mutant, stored=False)]
    survivors = [mutant for mutant in left if not is_found(mutant, stored=True)]
    for mutant in survivors:
        print(mutant)
    modules = Counter(mutant.module for mutant in survivors)
    report(
        mutants=len(everyone),
        tried=len(tried),
        found_without_a_database=len(tried) - len(left),
        found=len(tried) - len(survivors),
        found_of_a_hundred=round(100 * (1 - len(survivors) / len(tried)), 1),
        survivors_by_module=dict(modules),
        seconds=round(time.monotonic() - began),
    )
    return 0 if len(survivors) <= len(tried) / 10 else 1


if __name__ == "__main__":
    sys.exit(main())
