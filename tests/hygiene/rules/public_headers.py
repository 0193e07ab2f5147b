"""The headers that users include, and what each may reach (decision 0036).

PYTHONPATH=tests/hygiene python3 -m rules.public_headers prints how many headers of ours each of them reaches.
"""
from __future__ import annotations

from itertools import takewhile
from pathlib import Path

from .includes import includes_of, own_file
from .tree import Finding, Tree

PUBLIC: dict[str, str] = {
    "": "spargio",
    "core": "affinity_strength capabilities errc file_descriptor io_result message options placement shard_affinity "
            "shard_binding tag_set",
    "run": "run runtime runtime_handle",
    "tasks": "join_handle spawn spawn_blocking spawn_local spawn_when_room task task_group this_task when with_stop",
    "sync": "channel condition latch manual_event mutex semaphore shared_descriptor",
    "shards": "flush_ticket hot_events remote_shard resume_on ring_message shard_context this_shard",
    "ops": "accept_stream buffer_lease buffer_segments close current_position futex nop operation operation_affinity operation_in_pool "
           "operation_on_descriptor operation_steering operation_stream poll raw receive_stream registered_buffer",
    "ops/files": "fallocate fsync ftruncate linkat mkdirat openat openat2 read read_fixed readv renameat splice statx symlinkat "
                 "unlinkat write write_fixed writev",
    "ops/sockets": "accept connect recv recv_batch recvfrom recvmsg send send_batch send_zc sendmsg sendto sendv "
                   "shutdown socket",
    "time": "deadline_timer interval sleep timeout timer_awaiter",
    "fs": "contents directories directory_reader file file_metadata file_time open_options paths",
    "net": "accept_connection any_socket datagram_socket endpoint resolve session_policy stream_socket tcp_listener "
           "tcp_stream udp_socket unix_datagram unix_endpoint unix_listener unix_stream",
    "io": "async_stream buffered_reader buffered_writer copy length_delimited split transfer",
    "boundary": "asio call channel client exchange libuv server wait_limit",
    "observe": "blocking_stats prometheus runtime_stats shard_stats trace",
}

# What needs the loop, because it is inlined into it, and what fills requests of the ring; nothing else reaches them.
REACH_THE_LOOP = frozenset(f"runtime/shards/{name}.hpp" for name in (
    "flush_ticket", "hot_events", "remote_shard", "resume_on", "ring_message", "this_shard")) | {"runtime/spargio.hpp"}
ROOMS_OF_REQUESTS = ("ops", "fs", "net")


def public_headers() -> list[str]:
    return [f"runtime/{folder + '/' if folder else ''}{name}.hpp" for folder, names in PUBLIC.items()
            for name in names.split()]


def reached(tree: Tree, header: str) -> set[str]:
    """Every file of ours that a header includes, by way of others too, and the third-party ones by their names."""
    found: set[str] = set()
    waiting = [header]
    while waiting:
        for _, name, quoted in includes_of(tree, waiting.pop()):
            own = own_file(name, quoted)
            if own is None and name.split("/")[0] not in ("liburing.h", "liburing"):
                continue
            if (one := own or name) not in found:
                found.add(one)
                waiting += [own] if own else []
    return found


def check_public_headers(tree: Tree) -> list[Finding]:
    """The list has each header outside detail/, and nothing else."""
    there = {name for name in tree.headers(under="runtime/") if "/detail/" not in name}
    return ([Finding(name, 0, "stands outside detail/ and is not in the list of public headers")
             for name in there - set(public_headers())]
            + [Finding(name, 0, "is in the list of public headers and not there")
               for name in set(public_headers()) - there])


def check_reach(tree: Tree) -> list[Finding]:
    findings = []
    for header in set(public_headers()) & set(tree.files):
        reach = reached(tree, header)
        if header not in REACH_THE_LOOP and (loop := sorted(n for n in reach if n.startswith("runtime/detail/loop/"))):
            findings.append(Finding(header, 0, f"reaches the loop: {loop[0]}"))
        fills = header.split("/")[1] in ROOMS_OF_REQUESTS or header in REACH_THE_LOOP
        if not fills and "liburing.h" in reach:
            findings.append(Finding(header, 0, "reaches liburing"))
    return findings


def check_namespaces(tree: Tree) -> list[Finding]:
    """What stands in a detail/ folder opens a namespace `detail`, but to declare what users know."""
    findings = []
    for name in tree.headers(under="runtime/"):
        lines = [line for _, line in tree.lines(name)]
        for number, line in enumerate(lines, start=1):
            if not line.startswith("namespace spargio") or "/detail/" not in name:
                continue
            inside = takewhile(lambda each: not each.startswith("}"), lines[number:])
            declares = all(each.startswith(("class ", "struct ", "template ")) and each.endswith((";", ">")) and "{" not in each
                           for each in inside)
            if "detail" not in line and not declares:
                findings.append(Finding(name, number, "is internal and opens a namespace of users"))
    return findings


if __name__ == "__main__":
    project = Tree(Path(__file__).resolve().parents[3])
    for public in public_headers():
        print(f"{len([n for n in reached(project, public) if n != 'liburing.h']):4}"
              f"{' liburing' if 'liburing.h' in reached(project, public) else '':10} {public}")
