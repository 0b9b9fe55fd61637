"""Giving the roles what `accounts.roles` declares, after each migration.

Permissions are rows that Django makes after a migration, so a migration cannot give them. A role
gets each declared permission once, ever: what staff took away stays away, what they added stays,
a role they renamed or deleted is left alone.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import transaction

from accounts.roles import ROLES


def deliver(
    sender: AppConfig, using: str, apps: Apps = installed, verbosity: int = 1, **kwargs: Any
) -> None:
    """Receive `post_migrate`: give the roles what is declared of the app that was just migrated."""
    declared = {
        (role, name)
        for role, names in ROLES.items()
        for name in names
        if name.partition(".")[0] == sender.label
    }
    if not declared:
        return
    try:
        delivered_permission = apps.get_model("accounts", "DeliveredPermission")
        group = apps.get_model("auth", "Group")
        permission = apps.get_model("auth", "Permission")
    except LookupError:  # migrated back to before there were roles
        return
    # Django's own receiver may come after this one; a second call changes nothing.
    create_permissions(sender, verbosity=0, using=using, apps=apps)
    with transaction.atomic(using=using):
        given = delivered_permission.objects.using(using)
        new = declared - set(given.values_list("role", "permission"))
        for role in group.objects.using(using).filter(name__in={role for role, _ in new}):
            names = {name for of, name in new if of == role.name}
            found = _named(permission.objects.using(using), sender.label, names)
            role.permissions.add(*found.values())
            given.bulk_create(
                delivered_permission(role=role.name, permission=name) for name in found
            )


def _named(permissions: Any, label: str, names: Iterable[str]) -> dict[str, Any]:
    codenames = [name.partition(".")[2] for name in names]
    rows = permissions.filter(content_type__app_label=label, codename__in=codenames)
    return {f"{label}.{row.codename}": row for row in rows}
