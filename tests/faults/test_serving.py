"""W60 to W64: a backend's server can be had by itself, for the clients that people use; and says why where it cannot."""
import http.client
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build" / "release")) / "harness" / "spargio-bench"
LIMIT_S = 60
pytestmark = pytest.mark.skipif(not BENCH.exists(), reason=f"{BENCH} is not built")


def refused(*words: str) -> str:
    done = subprocess.run([BENCH, "serve", *words], capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 2 and done.stdout == "", done
    return done.stderr


@pytest.fixture
def serving():
    """Starts a server; gives its process and its port."""
    started = []

    def start(backend: str, workload: str = "serve/http") -> tuple[subprocess.Popen, int]:
        # In the background of a shell, as CI may be, SIGINT is ignored, and what is started would leave it so.
        server = subprocess.Popen([BENCH, "serve", "-w", workload, "-b", backend], stdout=subprocess.PIPE, text=True,
                                  preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        started.append(server)
        said = server.stdout.readline()
        found = re.fullmatch(rf"{workload}\|{backend} listens on 127\.0\.0\.1:(\d+)\n", said)
        assert found, said
        return server, int(found[1])
    yield start
    for server in started:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.mark.parametrize("backend", ["spargio", "asio", "libuv", "threads", "floor"])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_W62_a_server_answers_whoever_comes_and_ends_at_a_signal(serving, backend, end):
    server, port = serving(backend)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_S)
    for path, body in (("/", b"Hello, world!"), ("/000000000000002a", b"000000000001a")):
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, body)
    server.send_signal(end)  # the connection is open still
    assert server.wait(LIMIT_S) == 0
    connection.close()


def test_W60_a_server_that_echoes_stands_there_likewise(serving):
    server, port = serving("spargio", "serve/echo")
    with socket.create_connection(("127.0.0.1", port), LIMIT_S) as client:
        client.sendall(b"whatever")
        assert client.recv(8, socket.MSG_WAITALL) == b"whatever"
    server.terminate()
    assert server.wait(LIMIT_S) == 0


@pytest.mark.parametrize(("words", "said"), [
    (("-w", "serve/http", "-b", "asio", "-b", "libuv"), "serves one case, and these are 2"),
    (("-w", "serve/*", "-b", "asio"), "name one workload"),
    (("-w", "serve/echo", "-p", "connections=1,64", "-b", "asio"), "one value of each parameter"),
    (("-w", "net/echo_rtt", "-b", "asio"), "net/echo_rtt serves nobody"),
    (("-w", "serve/http", "-b", "tbb"), "serve/http|tbb"),
    (("-w", "serve/httpd", "-b", "asio"), "serve/http"),
])
def test_W60_what_cannot_be_served_is_refused_with_the_reason(words, said):
    assert said in refused(*words)
