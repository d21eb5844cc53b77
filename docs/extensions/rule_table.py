"""Write the table of the rule of labels to where it is read: `python docs/extensions/rule_table.py`.

It is made from the rule itself, `attractors.labels.rule.RULE`.
"""

import re
from pathlib import Path

from attractors.labels.rule import in_docstring, in_markdown

ROOT = Path(__file__).resolve().parents[2]
PLACES = {  # file: what stands there now, from its first line to its last
    ROOT / "docs" / "labels.md": r"(?ms)^\| line \| .*?\n(?=\n)",
    ROOT / "attractors" / "labels" / "answer.py": r"(?ms)^    =====.*^    =====[= ]*\n",
}


def written(path: Path) -> str:
    """Return the text of a file with the table as it should be."""
    table = in_markdown() if path.suffix == ".md" else re.sub("^(?=.)", "    ", in_docstring(), flags=re.MULTILINE)
    text, n = re.subn(PLACES[path], lambda found: table, path.read_text(encoding="utf-8"))
    if n != 1:
        raise ValueError(f"{path} must hold one table of the rule, found {n}")
    return text


if __name__ == "__main__":
    for place in PLACES:
        place.write_text(written(place), encoding="utf-8")
