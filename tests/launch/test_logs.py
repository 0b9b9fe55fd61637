from config.launch.logs import Log, RotatedFile


class TestRotatedFile:
    def test_keeps_so_many_of_such_a_size(self, tmp_path):
        file = RotatedFile(tmp_path / "web.log", limit=20, kept=2)

        for number in range(10):
            file.write(b"line %d 67890\n" % number)
        file.close()

        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
            "web.log": b"line 9 67890\n",
            "web.log.1": b"line 8 67890\n",
            "web.log.2": b"line 7 67890\n",
        }

    def test_goes_on_where_the_last_start_ended(self, tmp_path):
        for word in (b"first\n", b"second\n"):
            file = RotatedFile(tmp_path / "web.log")
            file.write(word)
            file.close()

        assert (tmp_path / "web.log").read_bytes() == b"first\nsecond\n"

    def test_loses_a_line_rather_than_the_house_when_the_disk_refuses(self, tmp_path):
        file = RotatedFile(tmp_path / "nowhere" / "web.log")

        file.write(b"lost\n")
        (tmp_path / "nowhere").mkdir()
        file.write(b"kept\n")
        file.close()

        assert (tmp_path / "nowhere/web.log").read_bytes() == b"kept\n"


class TestLog:
    def test_says_whole_lines_behind_the_name(self, capfdbinary):
        log = Log("web-1", folder=None, loud=True)

        log.feed(b"one\ntw")
        log.feed("o \N{SNOWMAN}\nthree".encode())
        log.end()

        said, _ = capfdbinary.readouterr()
        assert said.decode() == "   web-1 | one\n   web-1 | two ☃\n   web-1 | three\n"

    def test_does_not_hoard_a_line_without_an_end(self):
        log = Log("web-1", folder=None, loud=False)

        for _ in range(100):
            log.feed(b"x" * 10_000)

        assert len(log._rest) < 100_000
