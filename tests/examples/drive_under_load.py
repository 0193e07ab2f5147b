"""Puts the file server of the examples under load by wrk, sees that every answer is right, and holds it against nginx.

    drive_under_load.py PROGRAM

Both have two workers, share the machine with wrk, and serve in turns. The last line says what came of it; no time is
asserted. SPARGIO_LOAD_SECONDS: how long a turn is (default 1).
"""
import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONNECTIONS, TURNS = 64, 3
SECONDS = os.environ.get("SPARGIO_LOAD_SECONDS", "1")
PAGE = b"<p>some text in a page of the size of nginx's own</p>\n" * 11 + b"and its end, 18 b\n"
LOAD = Path(__file__).with_name("load.lua")

CONFIGURATION = """
daemon off;
worker_processes 2;
{user}
pid {scratch}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    client_body_temp_path {scratch}/body;
    proxy_temp_path {scratch}/proxy;
    fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi;
    scgi_temp_path {scratch}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder};
    }}
}}
"""


def wait_for_port(port: int) -> None:
    while True:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.01)


@contextlib.contextmanager
def nginx(scratch: Path, folder: Path):
    """Its port; beside it nothing else is asked for one here."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = "user root;" if os.geteuid() == 0 else ""
    (scratch / "nginx.conf").write_text(CONFIGURATION.format(scratch=scratch, folder=folder, port=port, user=user))
    with subprocess.Popen(["nginx", "-e", "stderr", "-p", scratch, "-c", scratch / "nginx.conf"]) as server:
        try:
            wait_for_port(port)
            yield port
        finally:
            server.terminate()


@contextlib.contextmanager
def example(*command: str):
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", server.stdout.readline())[1])
            server.stdin.close()
            assert server.wait() == 0
        except BaseException:
            server.kill()
            raise


def first_answer(port: int, request: bytes) -> bytes:
    """All of it, as the other side then closes, or as long as its head says."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        head = answer.index(b"\r\n\r\n") + 4
        length = int(re.search(rb"(?i)content-length: (\d+)", answer)[1])
        while len(answer) < head + length:
            answer += connection.recv(65536)
        return answer


def load(port: int, path: str, mode: str, *files: Path) -> dict[str, int]:
    done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "60s", "-s", LOAD,
                           f"http://127.0.0.1:{port}{path}", "--", mode, *files],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    counted = re.search(r"^counted (.*)$", done, re.MULTILINE)
    assert counted, done
    return {name: int(value) for name, value in (pair.split("=") for pair in counted[1].split())}


def checked_load(port: int, path: str, mode: str, size: int, *files: Path) -> float:
    """Requests a second, when every one was answered as it should be; `size`: bytes of an answer."""
    counts = load(port, path, mode, *files)
    for error in ("wrong", "connect", "read", "write", "status", "timeout"):
        assert counts[error] == 0, (error, counts)
    assert counts["requests"] > 0, counts
    if mode == "check":
        assert counts["checked"] >= counts["requests"], counts
    # wrk counts what it has read of answers that its end has cut, too.
    whole = counts["requests"] * size
    assert whole <= counts["bytes"] <= whole + 2 * CONNECTIONS * size, (size, counts)
    return counts["requests"] * 1e6 / counts["microseconds"]


def compare(title: str, ours: tuple, theirs: tuple) -> None:
    """Each side: port, path, and the files for the client."""
    rates: dict[str, list[float]] = {"ours": [], "nginx": []}
    for name, (port, path, *files) in (("ours", ours), ("nginx", theirs)):
        size = len(first_answer(port, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()))
        checked_load(port, path, "check", size, *files)
        rates[name].append(size)
    sizes = {name: int(found.pop()) for name, found in rates.items()}
    for _ in range(TURNS):
        for name, (port, path, *files) in (("nginx", theirs), ("ours", ours)):
            rates[name].append(checked_load(port, path, "count", sizes[name], *files))
    us, them = (statistics.median(rates[name]) for name in ("ours", "nginx"))
    print(f"{title}, {CONNECTIONS} connections: {us:.0f} requests a second, nginx {them:.0f}, ratio {us / them:.2f}")


def main() -> int:
    (program,) = sys.argv[1:]
    missing = [name for name in ("wrk", "nginx") if shutil.which(name) is None]
    if missing:
        print(f"{' and '.join(missing)} not installed: nothing was tested")
        return 77
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folder = scratch / "served"
        folder.mkdir()
        page, large = folder / "page", folder / "large"
        page.write_bytes(PAGE)
        large.write_bytes(os.urandom(100_000))
        with nginx(scratch, folder) as other, example(program, str(folder)) as port:
            for file in (page, large):
                path = f"/{file.name}"
                compare(f"a file of {file.stat().st_size} bytes", (port, path, file), (other, path, file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
