"""The rule about subjects of commits finds what it should, and says where it cannot look."""
import subprocess

from planting import plant
from rules import commits


def repository(folder, *subjects):
    def git(*arguments):
        return subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", *arguments],
                              cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
    folder.mkdir()
    git("init", "-q")
    tree = plant(folder, {"a": ""})
    return tree, [git("commit", "-q", "--allow-empty", "-m", subject) or git("rev-parse", "HEAD") for subject in subjects]


def test_a_subject_that_is_too_long_is_found_unless_it_is_older_than_the_rule(tmp_path):
    longest = "x" * commits.CHARACTERS_MOST
    tree, made = repository(tmp_path / "a", longest + "x", "first", longest, "é" * commits.CHARACTERS_MOST, longest + "y")
    found, = commits.check_subjects(tree, made[1])
    assert found.path == f"commit {made[-1][:7]}" and "73 characters" in found.problem
    assert len(commits.check_subjects(tree, made[0])) == 1
    assert not commits.check_subjects(tree, made[-1]) and commits.why_unknown(tree, made[0]) is None


def test_without_the_history_the_rule_says_so_and_finds_nothing(tmp_path):
    tree, made = repository(tmp_path / "a", "first", "x" * 80, "last")
    subprocess.run(["git", "clone", "-q", "--depth", "1", (tmp_path / "a").as_uri(), tmp_path / "b"], check=True)
    shallow, plain = plant(tmp_path / "b", {}), plant(tmp_path / "c", {"a": ""})
    for one, words in ((shallow, "shallow clone"), (plain, "no git history")):
        assert words in commits.why_unknown(one, made[0]) and not commits.check_subjects(one, made[0])
