"""The rule about links finds what leads nowhere, and only that."""
from planting import places, plant
from rules import links


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    tree = plant(tmp_path, {
        "docs/a.md": "[b](b.md) [top](../README.md) [net](https://example.org/x) ![drawn](b.png)\n\n[c](c.md)\n[e]: e.md\n[r]: b.md\n"
                     "```\n[quoted](nowhere.md)\n```\nand `[quoted](nowhere.md)`\n",
        "docs/b.md": "", "README.md": ""})
    assert places(links.check_links(tree)) == [("docs/a.md", 1), ("docs/a.md", 3), ("docs/a.md", 4)]


def test_a_place_that_is_not_in_its_document_is_found(tmp_path):
    tree = plant(tmp_path, {
        "a.md": "# The `first` part, & [more](b.md)\n## Twice\n## Twice\n[1](#the-first-part--more) [2](#twice-1) [3](b.md#r1)\n"
                "[4](#twice-2)\n[5](b.md#r2)\n[6](code.py#L3)\n",
        "b.md": '- <a id="r1"></a>**R1** here\n```\n# r2\n```\n', "code.py": ""})
    assert places(links.check_links(tree)) == [("a.md", 5), ("a.md", 6)]
