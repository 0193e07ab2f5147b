"""The bootstrap installs what is missing, or says exactly what to do. It runs here among feigned system tools."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

DPKG_QUERY = """#!/bin/bash
while read -r name; do echo "install ok installed|$name, "; done < "$STATE/installed"
[[ "$*" == *Provides* ]] && provided="virtual-pkg (= 1.0), other-virtual"
echo "install ok installed|real-pkg, $provided"
echo "deinstall ok config-files|removed-pkg, "
"""
APT_GET = """#!/bin/bash
echo "apt-get $*" >> "$STATE/log"
[ -z "$(cat)" ] || echo "read what was meant for another" >> "$STATE/log"
echo "frontend=$DEBIAN_FRONTEND" >> "$STATE/log"
case " $* " in
    *" update "*) [ -e "$STATE/network" ] || { echo "E: Could not resolve" >&2; exit 100; } ;;
    *" install "*)
        [ -e "$STATE/network" ] || exit 100
        seen=; for word in "$@"; do
            case $word in install) seen=1 ;; -*) ;; *) [ -z "$seen" ] || echo "$word" >> "$STATE/installed" ;; esac
        done
        sed -i /nosuch/d "$STATE/installed" ;;
esac
"""
APT_CACHE = """#!/bin/bash
grep -qx -- "${!#}" "$STATE/archive" 2>/dev/null
"""
ID = """#!/bin/bash
cat "$STATE/uid"
"""
SUDO = """#!/bin/bash
echo "sudo $*" >> "$STATE/log"
[ -e "$STATE/sudo" ] || exit 1
shift
exec "$@"
"""


class House:
    """A project with nothing but the bootstrap, on a machine of our making."""

    def __init__(self, root: Path):
        self.root = root
        self.state = root / "state"
        tools = root / "tools"
        for folder in (self.state, tools, root / "project/.ci"):
            folder.mkdir(parents=True)
        for name, text in (("dpkg-query", DPKG_QUERY), ("apt-get", APT_GET), ("apt-cache", APT_CACHE), ("id", ID), ("sudo", SUDO)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        shutil.copy(PROJECT / ".ci/bootstrap", root / "project/.ci/bootstrap")
        self.needs("here", "absent  # why", "# only a remark", "", "virtual-pkg")
        self.tests_need()
        self.has("here")
        self.user(0)
        self.switch("network", True)

    def needs(self, *lines: str) -> None:
        (self.root / "project/.ci/packages.txt").write_text("\n".join(lines) + "\n")

    def tests_need(self, *lines: str) -> None:
        (self.root / "project/.ci/packages-tests.txt").write_text("".join(line + "\n" for line in lines))

    def archive_has(self, *names: str) -> None:
        (self.state / "archive").write_text("".join(name + "\n" for name in names))

    def has(self, *names: str) -> None:
        (self.state / "installed").write_text("".join(name + "\n" for name in names))

    def user(self, uid: int) -> None:
        (self.state / "uid").write_text(f"{uid}\n")

    def switch(self, name: str, on: bool) -> None:
        (self.state / name).touch() if on else (self.state / name).unlink(missing_ok=True)

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess:
        environment = {"PATH": f"{self.root}/tools:{os.environ['PATH']}", "STATE": str(self.state)} | more
        return subprocess.run(["bash", "project/.ci/bootstrap", *arguments], cwd=self.root, env=environment,
                              input="the caller's\n", capture_output=True, text=True)

    @property
    def log(self) -> str:
        path = self.state / "log"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_with_nothing_missing_it_installs_nothing(house):
    house.has("here", "absent")
    done = house.run()
    assert done.returncode == 0
    assert "3 packages are installed" in done.stdout
    assert house.log == ""


def test_root_installs_exactly_what_is_missing_without_being_asked(house):
    done = house.run()
    assert done.returncode == 0, done.stderr
    assert "missing: absent\n" in done.stdout
    assert "install -y --no-install-recommends absent\n" in house.log
    assert "frontend=noninteractive" in house.log
    assert "read what" not in house.log
    assert "sudo" not in house.log


def test_a_package_that_was_removed_counts_as_missing(house):
    house.has("here", "absent")
    house.needs("removed-pkg")
    assert "missing: removed-pkg\n" in house.run().stdout


def test_another_user_installs_through_sudo(house):
    house.user(1000)
    house.switch("sudo", True)
    done = house.run()
    assert done.returncode == 0, done.stderr
    assert "sudo -n env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get" in house.log


def test_without_the_right_it_stops_with_the_exact_command(house):
    house.user(1000)
    done = house.run()
    assert done.returncode == 1
    assert "apt-get update && apt-get install -y --no-install-recommends absent\n" in done.stderr
    assert "not root" in done.stderr
    assert "apt-get" not in house.log


def test_without_a_network_it_says_so_and_stops_with_the_exact_command(house):
    house.switch("network", False)
    done = house.run()
    assert done.returncode == 1
    assert "index could not be reached" in done.stderr
    assert "apt-get update && apt-get install -y --no-install-recommends absent\n" in done.stderr


def test_a_package_that_the_archive_lacks_is_named(house):
    house.needs("here", "absent", "nosuch")
    done = house.run()
    assert done.returncode == 1
    assert "could not install: nosuch" in done.stderr
    assert "--no-install-recommends nosuch\n" in done.stderr


def test_check_installs_nothing(house):
    done = house.run("--check")
    assert done.returncode == 1
    assert "apt-get install -y --no-install-recommends absent\n" in done.stderr
    assert house.log == ""


def test_it_can_be_switched_off(house):
    assert house.run(SPARGIO_BOOTSTRAP="off").returncode == 0
    assert house.log == ""


def test_an_unknown_option_is_a_usage_error(house):
    done = house.run("--chek")
    assert done.returncode == 2
    assert "--check" in done.stderr


def test_measuring_installs_nothing_of_what_only_the_tests_need(house):
    house.tests_need("browser")
    assert house.run("--measuring").returncode == 0
    assert "install -y --no-install-recommends absent\n" in house.log
    assert "missing: browser\n" in house.run().stdout
    assert "install -y --no-install-recommends browser\n" in house.log


@pytest.mark.parametrize("installed", ["old-dev", "new-dev"])
def test_one_of_the_alternatives_of_a_line_is_enough(house, installed):
    house.needs("old-dev | new-dev")
    house.has(installed)
    house.archive_has("old-dev", "new-dev")
    assert house.run().returncode == 0
    assert house.log == ""


@pytest.mark.parametrize("archive, chosen", [(["old-dev", "new-dev"], "old-dev"), (["new-dev"], "new-dev"), ([], "old-dev")])
def test_of_alternatives_the_first_that_the_archive_has_is_installed(house, archive, chosen):
    house.needs("old-dev | new-dev  # Debian 13")
    house.archive_has(*archive)
    done = house.run()
    assert done.returncode == 0, done.stderr
    assert f"missing: {chosen}\n" in done.stdout
    assert f"--no-install-recommends {chosen}\n" in house.log


@pytest.mark.parametrize("name", ["packages.txt", "packages-tests.txt"])
def test_the_lists_name_each_package_once_and_nothing_but_packages(name):
    lines = [line.split("#")[0].strip() for line in (PROJECT / ".ci" / name).read_text().splitlines()]
    names = [one.strip() for line in lines if line for one in line.split("|")]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", one) for one in names), names
