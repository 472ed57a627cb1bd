import pytest
from hypothesis import settings
from web_server import Server

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("new", deadline=None)
# A change is judged by the same examples each time. New ones are looked for by `make test-fuzz`.
settings.register_profile("same", deadline=None, derandomize=True)
settings.load_profile("same")


@pytest.fixture
def server(monkeypatch):
    """A web server on loopback, which no proxy stands before."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    server = Server()
    yield server
    server.stop()
