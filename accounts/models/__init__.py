from accounts.models.role import DeliveredPermission, Role
from accounts.models.user import User

__all__ = ["DeliveredPermission", "Role", "User"]
