"""A password hasher for tests."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class CountedHasher(PBKDF2PasswordHasher):
    """Hashes at once, and keeps a list of what it hashed."""

    algorithm = "counted"
    iterations = 1
    done: list[str] = []

    def encode(self, password, salt, iterations=None):
        self.done.append(password)
        return super().encode(password, salt, iterations)
