"""Every queryset of an edge or an operation is narrowed to the person who asks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin

from accounts.access import EVERYWHERE, NOWHERE, scope_of
from tests.factories import make_user

PROJECT = Path(__file__).parents[2]
# What has edges or operations, by folder and by file.
ROOMS = ("views", "operations", "admin", "api")
FILES = {"forms.py", "scan.py", "search.py", "tiles.py", "availability.py", "reports.py"}
NARROWS = {"for_user", "within", "of"}
# Making a row asks for none.
MAKES = {"create", "bulk_create"}

# Who may go around it: file, function, model, and why.
ALLOWED = {
    ("inventory/admin/places.py", "clean", "Location"): "the shape of the tree: yes or no",
    ("inventory/forms.py", "clean_barcode_codes", "Item"): "a SKU is taken, whoever has it",
    ("inventory/forms.py", "say_sku_is_taken", "Item"): "a SKU is taken, whoever has it",
    ("inventory/operations/ledger_checks.py", "_other_findings", "StockLevel"): "the clock's",
    ("inventory/operations/low_stock.py", "note_stock_change", "Item"): "the relay's",
    ("inventory/operations/low_stock.py", "refresh_low_stock", "Item"): "the clock's",
    ("inventory/operations/places.py", "_relabel", "StockLevel"): "all that a moved place carries",
    ("inventory/operations/places.py", "_standings_below", "Location"): "a place that was found",
    ("inventory/operations/places.py", "_standings_below", "StockLevel"): "all that it carries",
    ("inventory/operations/broken_promises.py", "tell_of_broken_promises", "StockMovement"): (
        "the relay's"
    ),
    ("inventory/operations/broken_promises.py", "_tell", "Hold"): "the relay's",
    ("inventory/operations/broken_promises.py", "_promiser", "StockMovement"): "the relay's",
    (
        "inventory/operations/sales_history/opening.py",
        "_receipts",
        "StockLevel",
    ): "at its own shelf",
    ("inventory/operations/booking.py", "posted", "StockMovement"): "the line booked just now",
    ("inventory/reports.py", "causes_of", "StockMovement"): "of lines that were narrowed",
    ("inventory/reports.py", "_newest", "StockMovement"): "lines of levels that were narrowed",
    ("inventory/reports.py", "_sold_before", "StockMovement"): "lines of levels that were narrowed",
    ("inventory/reports.py", "lines_of_hold", "Item"): "of a hold that was narrowed",
    ("inventory/reports.py", "meanwhile", "StockMovement"): "of a level that was narrowed",
    ("inventory/views/items.py", "_at_place", "StockLevel"): "at a place that was narrowed",
    ("jobs/operations/retention.py", "prune_outbox", "Effect"): "the clock's",
    ("jobs/reports.py", "count_parked", "Effect"): "a number for whoever may see effects",
    ("jobs/reports.py", "lag", "Effect"): "a probe's",
}


def scoped_models() -> set[str]:
    """Models that know who may see which of their rows."""
    return {
        model.__name__
        for app in ("inventory", "jobs", "accounts")
        for model in apps.get_app_config(app).get_models()
        if hasattr(model._default_manager, "for_user")
    }


def sources() -> Iterator[Path]:
    for package in ("inventory", "jobs", "accounts", "pages"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            inside = path.relative_to(PROJECT / package).parts
            if inside[0] in ROOMS or (len(inside) == 1 and path.name in FILES):
                yield path


def around(source: str, models: set[str]) -> list[tuple[str, str]]:
    """Find each question to one of `models` that is not narrowed: its function and its model."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    found = []
    for node in ast.walk(tree):
        model = _asked(node)
        if model in models and not (_chain(node, parents) & (NARROWS | MAKES)):
            found.append((_function(node, parents), model))
    return found


def _asked(node: ast.AST) -> str | None:
    """The model of `Model.objects`, or of `get_object_or_404(Model, …)`."""
    match node:
        case ast.Attribute(value=ast.Name(id=model), attr="objects" | "_default_manager"):
            return model
        case ast.Call(
            func=ast.Name(id="get_object_or_404" | "get_list_or_404"), args=[ast.Name(id=model), *_]
        ):
            return model
    return None


def _chain(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> set[str]:
    """The methods that follow: `Item.objects.for_user(u).search(t)` has for_user and search."""
    methods = set()
    while isinstance(above := parents[node], ast.Attribute) or (
        isinstance(above, ast.Call) and above.func is node
    ):
        if isinstance(above, ast.Attribute):
            methods.add(above.attr)
        node = above
    return methods


def _function(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> str:
    while node in parents:
        node = parents[node]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return node.name
    return ""


class TestEveryQueryset:
    def test_of_an_edge_or_an_operation_is_narrowed(self):
        models = scoped_models()

        loose = {
            (str(path.relative_to(PROJECT)), function, model)
            for path in sources()
            for function, model in around(path.read_text(), models)
        }

        assert sorted(loose - ALLOWED.keys()) == []
        assert sorted(ALLOWED.keys() - loose) == [], "these need no permission any more"

    def test_in_the_admin_is_narrowed(self):
        models = {apps.get_model("inventory", name) for name in ("Location", "StockLevel")}
        models |= {apps.get_model("inventory", "StockMovement")}

        loose = [
            model.__name__
            for model in models
            if type(admin.site._registry[model]).get_queryset is admin.ModelAdmin.get_queryset
        ]

        assert loose == []

    def test_is_looked_for_where_there_are_some(self):
        assert {"Item", "Location", "StockLevel", "StockMovement"} <= scoped_models()
        assert PROJECT / "inventory/operations/stock.py" in sources()
        assert PROJECT / "inventory/search.py" in sources()

    @pytest.mark.parametrize(
        "line",
        [
            "Item.objects.all()",
            "Item.objects.filter(pk=1).for_users",
            "get_object_or_404(Item, pk=1)",
            "[i for i in Item.objects.filter(x=1)]",
        ],
    )
    def test_that_goes_around_is_found(self, line):
        assert around(f"def view(request):\n    {line}", {"Item"}) == [("view", "Item")]

    @pytest.mark.parametrize(
        "line",
        [
            "Item.objects.for_user(request.user).search('a')",
            "Item.objects.filter(pk=1).for_user(user)",
            "StockLevel.objects.within(scope).order_by()",
            "get_object_or_404(Item.objects.for_user(user), pk=1)",
        ],
    )
    def test_that_is_narrowed_passes(self, line):
        assert around(f"def view(request):\n    {line}", {"Item", "StockLevel"}) == []


@pytest.mark.django_db
class TestScopeOf:
    def test_whoever_is_active_sees_everywhere(self):
        assert scope_of(make_user()) == EVERYWHERE

    def test_whoever_was_let_go_sees_nothing(self):
        assert scope_of(make_user(is_active=False)) == NOWHERE
