"""Every queryset of an edge or an operation is narrowed to the person who asks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user

from accounts.access import EVERYWHERE, NOWHERE, Scope, movable_scope_of, places_of, scope_of
from accounts.models import Role, User
from tests.factories import grant, make_place, make_site, make_user

PROJECT = Path(__file__).parents[2]
# What has edges or operations, by folder and by file.
ROOMS = ("views", "forms", "operations", "reports", "admin", "api")
FILES = {"forms.py", "scan.py", "search.py", "tiles.py", "availability.py", "reports.py"}
NARROWS = {"for_user", "movable_by", "within", "of"}
# Making a row asks for none.
MAKES = {"create", "bulk_create"}

# Who may go around it: file, function, model, and why.
ALLOWED = {
    ("inventory/admin/places.py", "clean", "Location"): "the shape of the tree: yes or no",
    ("inventory/forms/items.py", "clean_barcode_codes", "Item"): "a SKU is taken, whoever has it",
    ("inventory/forms/items.py", "say_sku_is_taken", "Item"): "a SKU is taken, whoever has it",
    ("inventory/operations/ledger_checks.py", "_other_findings", "StockLevel"): "the clock's",
    ("inventory/operations/low_stock.py", "note_stock_change", "Item"): "the relay's",
    ("inventory/operations/low_stock.py", "refresh_low_stock", "Item"): "the clock's",
    ("inventory/operations/lots.py", "lot_received", "Lot"): "one lot of a code, whoever made it",
    ("inventory/operations/places.py", "_relabel", "StockLevel"): "all that a moved place carries",
    ("inventory/operations/places.py", "_standings_below", "Location"): "a place that was found",
    ("inventory/operations/places.py", "_standings_below", "StockLevel"): "all that it carries",
    ("inventory/operations/broken_promises.py", "tell_of_broken_promises", "StockMovement"): (
        "the relay's"
    ),
    ("inventory/operations/broken_promises.py", "_tell", "Hold"): "the relay's",
    ("inventory/operations/broken_promises.py", "_promiser", "StockMovement"): "the relay's",
    ("inventory/operations/places.py", "_refuse_beyond", "Location"): "judged by where it stands",
    (
        "inventory/operations/sales_history/opening.py",
        "_receipts",
        "StockLevel",
    ): "at its own shelf",
    ("inventory/operations/booking.py", "posted", "StockMovement"): "the line booked just now",
    ("inventory/reports/timelines.py", "_with_changes", "StockMovement"): (
        "of levels that were narrowed"
    ),
    ("inventory/reports/places.py", "last_in", "StockMovement"): "in a place that was narrowed",
    ("inventory/reports/promises.py", "promises_at", "Allocation"): "at a place that was narrowed",
    ("inventory/reports/promises.py", "promises_at", "HoldLine"): "at a place that was narrowed",
    ("inventory/reports/places.py", "standing_at", "StockLevel"): "at a place that was narrowed",
    ("inventory/reports/movements.py", "causes_of", "StockMovement"): "of lines that were narrowed",
    ("inventory/reports/timelines.py", "_newest", "StockMovement"): (
        "lines of levels that were narrowed"
    ),
    ("inventory/reports/timelines.py", "_sold_before", "StockMovement"): (
        "lines of levels that were narrowed"
    ),
    ("inventory/reports/promises.py", "lines_of_hold", "Item"): "of a hold that was narrowed",
    ("inventory/reports/movements.py", "meanwhile", "StockMovement"): (
        "of a level that was narrowed"
    ),
    ("inventory/views/places.py", "", "Item"): "which of the levels that were narrowed",
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


# What the ledger is told of where somebody may move: their movable scope, or that of the clock and
# of a place that was looked up as movable.
BOOKS = {"movable_scope_of", "EVERYWHERE"}


def scopes_of_requests(source: str) -> list[str]:
    """What each `Request(scope=…)` is given: the function that is called, or the name."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Request":
            given = next((each.value for each in node.keywords if each.arg == "scope"), None)
            found.append(getattr(getattr(given, "func", given), "id", ast.dump(given or node)))
    return found


class TestEveryRequestToTheLedger:
    def test_is_kept_to_where_its_actor_may_move(self):
        paths = sorted((PROJECT / "inventory/operations").rglob("*.py"))

        told = {path.name: scopes_of_requests(path.read_text()) for path in paths}

        assert {
            name: set(given) - BOOKS for name, given in told.items() if set(given) - BOOKS
        } == {}
        assert sum(map(len, told.values())) > 5

    def test_that_may_write_wherever_its_actor_may_look_is_found(self):
        assert scopes_of_requests("Request(kind, scope=scope_of(actor))") == ["scope_of"]


@pytest.mark.django_db
class TestScopeOf:
    def test_without_any_grant_sees_and_moves_everywhere(self):
        person = make_user()

        assert (scope_of(person), movable_scope_of(person)) == (EVERYWHERE, EVERYWHERE)
        assert places_of(person) == ()

    def test_whoever_was_let_go_sees_nothing(self):
        gone = make_user(is_active=False)

        assert (scope_of(gone), movable_scope_of(gone)) == (NOWHERE, NOWHERE)

    def test_nobody_with_all_rights_is_narrowed(self):
        admin = make_user(superuser=True)
        grant(admin, make_site(), may_move=False)

        assert (scope_of(admin), movable_scope_of(admin)) == (EVERYWHERE, EVERYWHERE)

    def test_the_first_grant_narrows_to_its_place(self):
        person, north = make_user(), make_site(code="NORTH")
        grant(person, north)

        assert scope_of(person) == movable_scope_of(person) == Scope((north.path,))
        assert places_of(person) == ("NORTH",)

    def test_a_grant_to_look_moves_nothing(self):
        person, north = make_user(), make_site()
        grant(person, north, may_move=False)

        assert scope_of(person) == Scope((north.path,))
        assert movable_scope_of(person) == NOWHERE

    def test_grants_of_the_person_and_of_their_roles_add_up(self):
        person, other = make_user(), make_user()
        team = Role.objects.create(name="Team South")
        person.groups.add(team)
        north, south = make_site(), make_site()
        grant(person, north, may_move=False)
        grant(team, south)
        grant(other, make_site())

        assert set(scope_of(person).paths) == {north.path, south.path}
        assert movable_scope_of(person) == Scope((south.path,))

    def test_of_grants_inside_one_another_the_wider_one_counts(self):
        person, site = make_user(), make_site()
        shelf = make_place(parent=site)
        grant(person, shelf)
        grant(person, site, may_move=False)

        assert scope_of(person) == Scope((site.path,))
        assert movable_scope_of(person) == Scope((shelf.path,))

    def test_a_role_that_somebody_has_no_longer_grants_nothing(self):
        person, team = make_user(), Role.objects.create(name="Team North")
        person.groups.add(team)
        grant(team, make_site())
        person.groups.remove(team)

        assert scope_of(person) == EVERYWHERE

    def test_is_asked_once_and_anew_for_whoever_is_loaded_anew(self, django_assert_num_queries):
        person, north = make_user(), make_site()
        grant(person, north)
        with django_assert_num_queries(1):
            scope_of(person)
            movable_scope_of(person)
        person.grants.all().delete()

        assert scope_of(User.objects.get(pk=person.pk)) == EVERYWHERE

    def test_comes_with_whoever_is_signed_in(self, client, django_assert_num_queries):
        person, north = make_user(), make_site()
        grant(person, north)
        client.force_login(person)
        loaded = get_user(client)

        with django_assert_num_queries(0):
            assert scope_of(loaded) == Scope((north.path,))

    def test_follows_the_place_through_the_tree(self):
        person, north, south = make_user(), make_site(), make_site()
        shelf = make_place(parent=north)
        grant(person, shelf)
        shelf.parent = south
        shelf.save()

        [path] = scope_of(person).paths
        assert path.startswith(f"{south.path}.")


class TestCovers:
    @pytest.mark.parametrize(
        ("path", "covered"), [("1", True), ("1.5", True), ("10", False), ("2.1", False)]
    )
    def test_a_path_is_no_text(self, path, covered):
        assert Scope(("1",)).covers(path) is covered
        assert EVERYWHERE.covers(path)
        assert not NOWHERE.covers(path)
