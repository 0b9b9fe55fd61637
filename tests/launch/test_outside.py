"""A home in a closed folder: root lends PostgreSQL an account that cannot walk there."""

import os
from pathlib import Path

import pytest

from config.launch import home as homes
from config.launch.account import Account
from config.launch.home import Home, data_folder, opened, outside_place
from config.launch.refusal import Refusal


class Stranger(Account):
    """Whoever is asked, the folder is closed."""

    def reaches(self, folder):
        return False


@pytest.fixture
def stranger(monkeypatch, tmp_path):
    monkeypatch.setattr(homes, "PASSING", (str(tmp_path),))
    return Stranger(uid=os.getuid(), gid=os.getgid())


def test_the_data_of_an_open_home_are_in_it(tmp_path):
    home = opened(tmp_path / "home")

    assert data_folder(home, account=None) == home.path


def test_a_closed_home_keeps_its_data_in_one_place_outside(stranger, tmp_path):
    home = opened(tmp_path / "home")

    place = data_folder(home, account=stranger)

    assert not place.is_relative_to(home.path)
    assert data_folder(home, account=stranger) == place == outside_place(home)


def test_another_home_has_another_place(stranger, tmp_path):
    first, second = opened(tmp_path / "first"), opened(tmp_path / "second")

    places = {data_folder(each, account=stranger) for each in (first, second)}

    assert len(places) == 2


def test_the_data_follow_a_home_that_was_moved(stranger, tmp_path):
    home = opened(tmp_path / "home")
    place = data_folder(home, account=stranger)

    moved = Home(path=home.path.rename(tmp_path / "moved"))

    assert data_folder(moved, account=stranger) == place
    assert (place / "home").read_text() == str(moved.path)


def test_a_copy_of_a_home_does_not_share_its_data(stranger, tmp_path):
    home, copy = opened(tmp_path / "home"), opened(tmp_path / "copy")
    data_folder(home, account=stranger)
    (copy.path / homes.TIE).write_text((home.path / homes.TIE).read_text())

    with pytest.raises(Refusal, match="is a copy of"):
        data_folder(copy, account=stranger)


def test_the_data_of_a_passing_home_that_is_gone_are_swept(stranger, tmp_path):
    gone, stays = opened(tmp_path / "gone"), opened(tmp_path / "stays")
    left, kept = (data_folder(each, account=stranger) for each in (gone, stays))
    gone.path.rename(Path(tmp_path).parent / f"{tmp_path.name}-elsewhere")

    homes.sweep_passing()

    assert not left.exists()
    assert kept.exists()
