from accounts.admin import door, people, roles

__all__ = ["door", "people", "roles"]
