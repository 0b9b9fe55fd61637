"""Real processes beside the test: they see what is committed, and can be killed."""

import os
import subprocess
import sys
from urllib.parse import urlencode

from django.db import connection


def database_url() -> str:
    """The database of this test, as an environment says it."""
    given = connection.settings_dict
    who = given["USER"] + (f":{given['PASSWORD']}" if given["PASSWORD"] else "")
    if given["HOST"].startswith("/"):
        query = urlencode({"host": given["HOST"], "port": given["PORT"] or 5432})
        return f"postgresql://{who}@/{given['NAME']}?{query}"
    return f"postgresql://{who}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"


def start(module: str, *arguments: object) -> subprocess.Popen[str]:
    """Run `python -m module arguments` on this test's database; its output is piped."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        env={**os.environ, "DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
