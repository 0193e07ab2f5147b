"""Starts the echo server, talks to it over several connections at once, and ends it while one is still open.

    drive_echo_server.py PROGRAM
"""
import random
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

CONNECTIONS = 8


def receive_exactly(connection: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(65536)
        if not part:
            break
        parts += part
    return bytes(parts)


def echoes(port: int, seed: int) -> bool:
    source = random.Random(seed)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for size in (1, 2, 4096, 50_000):
            sent = source.randbytes(size)
            connection.sendall(sent)
            if receive_exactly(connection, size) != sent:
                return False
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(1) == b""


def main() -> int:
    with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", server.stdout.readline())[1])
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            if not all(pool.map(echoes, [port] * CONNECTIONS, range(CONNECTIONS))):
                print("what came back is not what was sent")
                server.kill()
                return 1
        with socket.create_connection(("127.0.0.1", port)) as silent:
            # One echo, so that the server has it: a connection that nobody has accepted yet is reset with its listener.
            silent.sendall(b"x")
            if receive_exactly(silent, 1) != b"x":
                return 1
            server.stdin.close()
            if silent.recv(1) != b"":
                return 1
            return server.wait()


if __name__ == "__main__":
    sys.exit(main())
