"""Starts a service that counts primes, asks it from several connections at once, then puts it under load, and checks every
answer.

    drive_prime_service.py PROGRAM
"""
import asyncio
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

LIMITS = [0, 1, 2, 3, 10, 100, 1000, 7919, 7920, 50_000]
CONNECTIONS = 8
LOADED_CONNECTIONS, REQUESTS = 64, 100


def primes_below(limit: int) -> int:
    sieve = bytearray([1]) * limit
    for number in range(2, limit):
        if sieve[number]:
            for multiple in range(number * number, limit, number):
                sieve[multiple] = 0
    return sum(sieve[2:])


def ask_all(port: int) -> list[str]:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        lines = connection.makefile("rw", newline="\n")
        answers = []
        for limit in [*LIMITS, "rubbish", 10**9]:
            lines.write(f"{limit}\n")
            lines.flush()
            answers.append(lines.readline().rstrip("\n"))
        return answers


async def ask_again_and_again(port: int, limit: int) -> set[bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = set()
    for _ in range(REQUESTS):
        writer.write(b"%d\n" % limit)
        answers.add(await reader.readline())
    writer.close()
    return answers


async def load(port: int) -> bool:
    begin = time.monotonic()
    answers = await asyncio.gather(*(ask_again_and_again(port, 100 + i) for i in range(LOADED_CONNECTIONS)))
    rate = LOADED_CONNECTIONS * REQUESTS / (time.monotonic() - begin)
    print(f"{LOADED_CONNECTIONS} connections: {rate:.0f} answers a second, all to one client in Python")
    return answers == [{b"%d\n" % primes_below(100 + i)} for i in range(LOADED_CONNECTIONS)]


def main() -> int:
    with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as service:
        port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", service.stdout.readline())[1])
        refused = "not a number up to 1000000"
        expected = [str(primes_below(limit)) for limit in LIMITS] + [refused, refused]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for answers in pool.map(ask_all, [port] * CONNECTIONS):
                if answers != expected:
                    print(f"expected {expected}\ngot      {answers}")
                    service.kill()
                    return 1
        if not asyncio.run(load(port)):
            print("an answer under load was wrong")
            service.kill()
            return 1
        with socket.create_connection(("127.0.0.1", port)) as half_asked:
            half_asked.sendall(b"1000000\n")  # and goes: the service must end all the same
            service.stdin.close()
            return service.wait()


if __name__ == "__main__":
    sys.exit(main())
