"""What a page of README.md and docs/ marks as printed, measured or cited.

CONTRIBUTING.md, "Pages", has the marks.
"""
import re

MARK = re.compile(r"<!-- (generated|setup|measured|source)\b([^:>]*)"
                  r"(?::\s(.*?))?\s*-->\n", re.DOTALL)
FENCE = re.compile(r"^```([^\n]*)\n.*?^```$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\|.*\n\|[-: |]+\n(?:\|.*\n?)*", re.MULTILINE)
# Of two digits or with a unit: one digit is rather a status or a place.
NUMBER = re.compile(r"[-+~<]?\d[\d.,]*(\d| ?[a-zA-Z%/]{1,9})")
# In prose, what looks like a result: 0.21, 13 ms, 5 %, 3x.
RESULT = re.compile(r"(?<![\w.`/#-])(?<!TFLite )(?<!version )\d[\d,]*(?:\.\d+|(?:\.\d+)?"
                    r"(?= ?(?:%|[mu]s\b|times\b|x\b|[KMG]i?B\b)))")
CODE = re.compile(r"```.*?^```|^    .*?$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)\s]+(?<!\.svg))\)")
WORDS = {"slow", "shared", "tflite", "fake"}


class Block:
    """A mark at `start`, and what it is about: text[begin:end]."""

    def __init__(self, match, begin, end):
        self.kind, words, command = match.groups()
        self.words = set(words.split())
        self.command = " ".join((command or "").split())
        self.start, self.begin, self.end = match.start(), begin, end


def find_block(text, match):
    if match[1] == "setup":
        return Block(match, match.end(), match.end())
    position = match.end()
    while text.startswith("\n", position):
        position += 1
    fence = re.compile(r"```[^\n]*\n").match(text, position)
    if fence:
        return Block(match, fence.end(), text.find("```\n", fence.end()))
    if match[1] == "generated":
        return Block(match, match.end(), text.find("<!-- end -->", position))
    return Block(match, position, (text + "\n\n").find("\n\n", position))


def find_blocks(text):
    return [find_block(text, match) for match in MARK.finditer(text)]


def commands_of(body):
    """Those of lines that begin with "$ ", which may end in a backslash."""
    return re.findall(r"^\$ ((?:.*\\\n)*.*)\n", body, re.MULTILINE)


def is_numeric(table):
    """Whether half of some column's cells, two or more, are numbers."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in table.splitlines()[2:]]
    counts = [(sum(bool(NUMBER.fullmatch(cell)) for cell in column),
               len(column)) for column in zip(*rows)]
    return any(numbers >= 2 and 2 * numbers >= cells
               for numbers, cells in counts)


def unmarked(text, blocks):
    """Outputs and tables of numbers that nothing is said of."""
    found = [(fence.start(), "an output without a mark")
             for fence in FENCE.finditer(text) if not fence[1]]
    found += [(table.start(), "a table of numbers without a mark")
              for table in TABLE.finditer(text) if is_numeric(table[0])]
    return [(position, what) for position, what in found
            if not any(block.start <= position <= block.end
                       for block in blocks)]


def loose_numbers(text, blocks):
    """Results in prose that no block of the page has."""
    known = " ".join(text[block.start:block.end] for block in blocks)
    silent = [(block.start, block.end) for block in blocks]
    silent += [code.span() for pattern in (CODE, LINK)
               for code in pattern.finditer(text)]
    return [(found.start(), f"no block of this page has {found[0]}")
            for found in RESULT.finditer(text)
            if found[0] not in known and not any(
                begin <= found.start() <= end for begin, end in silent)]


def anchors_of(text):
    """Of a page's headings, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def dead_links(text, path):
    """Links to files and headings that are not there."""
    found = []
    for link in LINK.finditer(CODE.sub(lambda code: " " * len(code[0]), text)):
        name, _, anchor = link[1].partition("#")
        target = path.parent / name if name else path
        if not target.exists() or anchor and (
                anchor not in anchors_of(target.read_text())):
            found.append((link.start(), f"a link to nothing: {link[1]}"))
    return found


def flaw(block):
    """What is wrong with a mark, or None."""
    if block.end < block.begin:
        return "a block without an end"
    if block.words - WORDS:
        return f"unknown: {', '.join(sorted(block.words - WORDS))}"
    if block.kind == "measured" and block.command.count(";") != 2:
        return "expected: measured: COMMAND; MACHINE; DATE"
    if block.kind in ("setup", "source") and not block.command:
        return f"expected: {block.kind}: WHAT"
    return None


def flaws(text, path):
    """(position, what is wrong) of a page at `path`."""
    blocks = find_blocks(text)
    return ([(block.start, flaw(block)) for block in blocks if flaw(block)] +
            unmarked(text, blocks) + dead_links(text, path) + loose_numbers(text, blocks))
