"""M20: the revision in a result is that of the sources, or "unknown"; never that of whatever lies around them."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "cmake" / "write_revision.cmake"


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True,
                          capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path) -> Path:
    folder = tmp_path / "repository"
    (folder / "part").mkdir(parents=True)
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return folder


def written(source: Path, **more: str) -> tuple[str, bool, str]:
    """Revision, whether it is changed, and what was said."""
    output = source.parent / "revision.cpp"
    done = subprocess.run(["cmake", f"-DSOURCE={source}", f"-DOUTPUT={output}", "-P", SCRIPT], check=True,
                          capture_output=True, text=True, env=os.environ | more)
    text = output.read_text()
    return text.split('"')[1], "git_dirty = true" in text, done.stderr


def test_M20_a_checkout_has_its_commit_and_says_whether_it_was_changed(repository):
    commit = git(repository, "rev-parse", "HEAD")
    assert written(repository) == (commit, False, "")
    (repository / "more").touch()
    assert written(repository) == (commit, True, "")


def test_M20_an_archive_inside_another_repository_is_of_no_known_revision(repository):
    assert written(repository / "part") == ("unknown", False, "")


def test_M20_in_a_hook_of_another_repository_its_own_is_asked(repository, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    assert written(repository, GIT_DIR=str(other / ".git"))[0] == git(repository, "rev-parse", "HEAD")


def test_M20_the_checkout_of_another_user_has_its_commit_too(repository):
    if os.geteuid() != 0:
        pytest.skip("only root can give a checkout to another user")
    commit = git(repository, "rev-parse", "HEAD")
    for path in (repository, *repository.rglob("*")):
        os.chown(path, 65534, 65534)
    assert written(repository) == (commit, False, "")


def test_M20_a_repository_that_git_cannot_read_is_said(repository):
    (repository / ".git" / "HEAD").write_text("nonsense")
    revision, _, said = written(repository)
    assert revision == "unknown"
    assert "git does not know the revision" in said
