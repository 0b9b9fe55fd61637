"""Whom PostgreSQL runs as: it refuses root, so root lends it the account `nobody`."""

import errno
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.launch.refusal import Refusal


@dataclass(frozen=True, kw_only=True)
class Account:
    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """Tell whether this account may walk into `folder`: asked by doing it."""
        return self.runs(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def runs(self, command: list[str]) -> bool:
        """Tell whether this account can run `command` to a good end.

        :raises Refusal: if this machine does not let us change to the account
        """
        try:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                user=self.uid,
                group=self.gid,
                extra_groups=[],
            )
        except (subprocess.SubprocessError, OSError) as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.EACCES):
                return False  # the program is what it cannot reach
            raise Refusal(
                f"PostgreSQL does not run as root, and this machine does not let it run as nobody "
                f"({error}). Run ./dev as an ordinary user, or give DATABASE_URL."
            ) from error
        return done.returncode == 0


def lent() -> Account | None:
    """Give the account that PostgreSQL runs as, or None where it may run as we do.

    :raises Refusal: if we are root and there is no account to lend
    """
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise Refusal(
            "PostgreSQL does not run as root, and there is no account nobody to run it as. "
            "Run ./dev as an ordinary user, or give DATABASE_URL."
        ) from error
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)
