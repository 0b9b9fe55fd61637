from config.launch.layout import WEB_POOL, connections
from config.launch.up import host_of
from config.launch.web import server


class TestConnections:
    def test_adds_up_what_the_processes_may_take(self, monkeypatch):
        monkeypatch.setenv("WORKER_CONCURRENCY", "4")

        said = connections(100)

        assert "2 web × 10, clock 1 + 1, work 4 + 1, beat 1 = 28 of max_connections 100" in said

    def test_warns_of_more_than_there_are(self):
        assert "TOO MANY" in connections(20)

    def test_counts_the_pool_that_a_web_process_has(self, settings):
        from config.settings import _POOLS  # noqa: PLC0415 -- settings are read by now

        assert _POOLS["web"]["max_size"] == WEB_POOL


class TestHostOf:
    def test_is_one_that_the_house_accepts(self):
        assert host_of({}) == "127.0.0.1"
        assert host_of({"ALLOWED_HOSTS": ".shop.example,other.example"}) == "shop.example"
        assert host_of({"ALLOWED_HOSTS": "*"}) == "localhost"


class TestWeb:
    def test_speaks_to_sockets_as_the_islands_expect(self):
        config = server().config
        config.load()

        assert config.ws_protocol_class.__name__ == "WebSocketsSansIOProtocol"
        assert config.ws_max_size == 65536
        assert config.ws_ping_interval is None
        assert not config.ws_per_message_deflate
        assert (b"server", b"uvicorn") not in config.encoded_headers
