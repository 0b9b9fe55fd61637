"""The script itself, on a machine that is made of a few programs: what it finds, what it says."""

import os
import shutil
import subprocess
import sys

import pytest

from config.launch.home import CHECKOUT

NEEDED = ("sh", "dirname", "mkdir", "tail")
UV = """#!/bin/sh
case $1 in
    --version) echo "uv 0.9.1" ;;
    sync) echo "$UV_PYTHON $UV_PYTHON_DOWNLOADS $*" ;;
esac >>"$NOTES"
[ "$1" != --version ] || echo "uv 0.9.1"
"""
# An interpreter that is too old says nothing to the question whether it is new enough.
OLD = "#!/bin/sh\n"
LAUNCHER = '#!/bin/sh\nprintf "%s|" "$PWD" "$BACKROOM_HOME" "$BACKROOM_CALLED_FROM" "$@"\n'


@pytest.fixture
def machine(tmp_path):
    """A checkout in a folder with a blank, an empty home, and a PATH of what the script needs."""
    for name in ("a checkout", "home", "bin", "opt"):
        (tmp_path / name).mkdir()
    for name in NEEDED:
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    script = (CHECKOUT / "dev").read_text().replace("/opt/", f"{tmp_path}/opt/")
    program(tmp_path / "a checkout/dev", script)
    program(tmp_path / "bin/python3", OLD)
    return tmp_path


def program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def python_at(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(real_python())


def real_python():
    return os.path.realpath(sys._base_executable)


def run(machine, *arguments, installed=True, **given):
    env = {
        "PATH": str(machine / "bin"),
        "HOME": str(machine / "home"),
        "NOTES": str(machine / "notes"),
        "UV_PROJECT_ENVIRONMENT": str(machine / "environment"),
        "LANG": "C",
        **given,
    }
    if installed:
        program(machine / "launcher", LAUNCHER)
    return subprocess.run(
        [machine / "a checkout/dev", *arguments],
        cwd=machine,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )


def install(machine):
    """An environment whose interpreter is the launcher that says what it was given."""
    program(machine / "environment/bin/python", LAUNCHER)


class TestDev:
    def test_says_what_to_install_without_a_python(self, machine):
        program(machine / "bin/uv", UV)

        done = run(machine, "up")

        assert done.returncode == 1
        assert done.stderr.startswith("./dev: Python 3.12 or newer is needed")
        assert done.stderr.count("\n") == 1

    @pytest.mark.parametrize(
        "place",
        ["home/.pyenv/versions/3.13.0/bin/python3", "opt/python/bin/python3", "bin/python3.13"],
    )
    def test_finds_a_python_behind_an_older_one(self, machine, place):
        program(machine / "bin/uv", UV)
        python_at(machine / place)

        run(machine, "up")

        noted = (machine / "notes").read_text().splitlines()[-1]
        assert noted.startswith(f"{real_python()} never sync --quiet --frozen")

    @pytest.mark.parametrize("place", ["bin/uv", "home/.local/bin/uv", "tools home/tools/bin/uv"])
    def test_finds_uv(self, machine, place):
        program(machine / place, UV)
        python_at(machine / "bin/python3.13")

        run(machine, "up", BACKROOM_HOME=str(machine / "tools home"))

        assert "sync --quiet --frozen" in (machine / "notes").read_text()

    def test_hands_over_to_the_launcher_with_everything_it_was_given(self, machine):
        program(machine / "bin/uv", UV)
        python_at(machine / "bin/python3.13")
        install(machine)

        done = run(machine, "manage", "do", "two words", BACKROOM_HOME="data")

        assert done.stdout.split("|")[:-1] == [
            *[str(machine / "a checkout"), str(machine / "data"), str(machine)],
            *["-m", "config.launch", "manage", "do", "two words"],
        ]

    def test_says_so_when_the_packages_cannot_be_installed(self, machine):
        program(machine / "bin/uv", UV.replace("sync) ", "sync) echo 'no network' >&2; exit 1;"))
        python_at(machine / "bin/python3.13")

        done = run(machine, "up")

        assert done.returncode == 1
        assert "no network" in done.stderr
        assert "packages of uv.lock could not be installed" in done.stderr
