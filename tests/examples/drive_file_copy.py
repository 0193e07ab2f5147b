"""Copies files of several sizes and compares them; and a file that is not there.

    drive_file_copy.py PROGRAM
"""
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = [0, 1, 4096, 256 * 1024, 5 * 1024 * 1024 + 17]


def copy(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.argv[1], *words], capture_output=True, text=True, check=False)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "from"), Path(folder, "to")
        for size in SIZES:
            source.write_bytes(bytes(i * 7 % 251 for i in range(size)))
            done = copy(str(source), str(target))
            assert (done.returncode, done.stdout) == (0, f"copied {size} bytes\n"), done
            assert target.read_bytes() == source.read_bytes(), size
        failed = copy(str(source) + ".none", str(target))
        assert failed.returncode == 1 and "No such file or directory" in failed.stderr, failed
        assert copy().returncode == 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
