"""Starts the file server, fetches from it with curl, then lets the rate-limited fetcher loose on it, and on a server that
never answers.

    drive_file_server.py FILE_SERVER FETCHER
"""
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


def curl(*arguments: str) -> bytes:
    return subprocess.run(["curl", "-sS", "--max-time", "20", *arguments], stdout=subprocess.PIPE, check=True).stdout


def check_pages(root: str, folder: Path) -> None:
    for name in ("empty", "small.txt", "large.bin"):
        assert curl(f"{root}/{name}") == (folder / name).read_bytes(), name
    both = curl(f"{root}/small.txt", f"{root}/folder/inner.txt")  # on one connection
    assert both == b"a few letters\ninner\n", both
    assert b"Content-Length: 14\r\n" in curl("-I", f"{root}/small.txt")
    for path in ("nothing", "folder", "../outside.txt", "link", "small.txt%00"):
        status = curl("--path-as-is", "-o", os.devnull, "-w", "%{http_code}", f"{root}/{path}")
        assert status == b"404", (path, status)
    assert curl("-o", os.devnull, "-w", "%{http_code}", "-d", "x=1", f"{root}/small.txt") == b"405"


def fetch(fetcher: str, port: int, times: int) -> str:
    return subprocess.run([fetcher, "127.0.0.1", str(port), "/small.txt", str(times)],
                          stdout=subprocess.PIPE, text=True, check=True).stdout


def check_fetcher(fetcher: str, port: int) -> None:
    answer = fetch(fetcher, port, 50)
    fetched = re.fullmatch(r"50 fetched, 0 late, 0 failed, (\d+) bytes\n", answer)
    assert fetched and int(fetched[1]) % 50 == 0 and int(fetched[1]) > 50 * 14, answer
    with socket.create_server(("127.0.0.1", 0)) as silent:  # its kernel takes the connections, and that is all
        answer = fetch(fetcher, silent.getsockname()[1], 10)
        assert answer == "0 fetched, 10 late, 0 failed, 0 bytes\n", answer
        nobody = silent.getsockname()[1]
    answer = fetch(fetcher, nobody, 3)
    assert answer == "0 fetched, 0 late, 3 failed, 0 bytes\n", answer


def main() -> int:
    if shutil.which("curl") is None:
        print("curl is not installed: nothing was tested")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "served")
        (folder / "folder").mkdir(parents=True)
        (folder / "empty").touch()
        (folder / "small.txt").write_bytes(b"a few letters\n")
        (folder / "folder" / "inner.txt").write_bytes(b"inner\n")
        (folder / "large.bin").write_bytes(random.Random(1).randbytes(3_000_001))
        Path(scratch, "outside.txt").write_bytes(b"secret\n")
        (folder / "link").symlink_to("../outside.txt")
        with subprocess.Popen([sys.argv[1], str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as server:
            try:
                port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", server.stdout.readline())[1])
                check_pages(f"http://127.0.0.1:{port}", folder)
                check_fetcher(sys.argv[2], port)
            except BaseException:
                server.kill()
                raise
            server.stdin.close()
            return server.wait()


if __name__ == "__main__":
    sys.exit(main())
