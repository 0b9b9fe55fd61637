import logging
import sys

from pages.logs import NoFault, in_one_line, without_keys


def test_nobody_writes_lines_of_their_own_into_the_log():
    typed = {
        "event": "café asked for x\n2026 [error] all is lost\x1b[31m",
        "path": "/items\x1b[2J\u2028x",
        "exception": "Traceback\n  line",
        "user": 3,
    }

    said = in_one_line(None, "info", typed)

    assert said["event"] == r"café asked for x\n2026 [error] all is lost\x1b[31m"
    assert said["path"] == r"/items\x1b[2J\u2028x"
    assert said["exception"] == "Traceback\n  line"  # ours, and it is read as lines


class TestWithoutKeys:
    def test_keeps_what_opens_a_door_out_of_the_log(self):
        event = {
            "request": "GET /account/invitation/Mzg6MXg6c2VjcmV0/?next=/items",
            "event": "request_started",
        }

        assert without_keys(None, "info", event)["request"] == (
            "GET /account/invitation/…/?next=/items"
        )

    def test_reads_the_key_of_a_reset_too(self):
        said = without_keys(None, "info", {"request": "GET /account/password/reset/key/1-abc-def/"})

        assert said["request"] == "GET /account/password/reset/key/…/"

    def test_leaves_all_else_alone(self):
        event = {"request": "GET /account/password/reset/", "code": 200}

        assert without_keys(None, "info", dict(event)) == event


class TestNoFault:
    def refused(self, status):
        try:
            raise PermissionError("no")
        except PermissionError:
            record = logging.makeLogRecord({"exc_info": sys.exc_info(), "status_code": status})
        assert NoFault().filter(record)
        return record

    def test_a_refusal_is_a_line(self):
        assert self.refused(403).exc_info is None

    def test_a_fault_of_ours_keeps_its_traceback(self):
        assert self.refused(500).exc_info is not None


def test_the_log_of_a_request_hides_the_key(client, db, caplog):
    client.get("/account/invitation/Mzg6MXg6c2VjcmV0/")

    [stderr] = [each for each in logging.getLogger().handlers if each.name == "stderr"]
    written = "\n".join(stderr.format(record) for record in caplog.records)
    assert "/account/invitation/…/" in written
    assert "Mzg6MXg6c2VjcmV0" not in written
