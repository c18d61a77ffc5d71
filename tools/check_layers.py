#!/usr/bin/env python3
"""Checks that includes go down only.

Compares the DEPENDS of each coralline_module() with every include in its
folder: a folder includes itself and what DEPENDS lists. Headers in internal/
belong to their own folder, and third-party headers stay out of public ones.
"""
import pathlib
import re
import sys

OUR_INCLUDE = re.compile(r'#include "coralline/([\w/]+)/[\w]+\.h"')
THIRD_PARTY = re.compile(
    r"#include <((fmt|flatbuffers|nlohmann|CLI|benchmark|gtest|gmock)/|"
    r"(duktape|hwloc|sqlite3|xxhash)\.h)")
MODULE = re.compile(r"coralline_module\((\w+)(.*?)\)", re.S)
KEYWORDS = {"DEPENDS", "LINK", "SOURCES", "HEADERS", "TESTS"}
# A program and the C interface: they may use every layer, and none uses them.
UNRESTRICTED = {"c_api", "cli"}


def read_layers(root):
    """Folder -> folders that it may include."""
    layers = {}
    for path in sorted(root.glob("coralline/*/CMakeLists.txt")):
        for name, body in MODULE.findall(path.read_text()):
            depends, inside = set(), False
            for word in body.split():
                if word in KEYWORDS:
                    inside = word == "DEPENDS"
                elif inside:
                    depends.add(word)
            layers[name] = depends
    return layers


def find_cycle(layers):
    """A folder that depends on itself, directly or not; None if none does."""
    for start in layers:
        reached, todo = set(), list(layers[start])
        while todo:
            name = todo.pop()
            if name not in reached:
                reached.add(name)
                todo.extend(layers.get(name, ()))
        if start in reached:
            return start
    return None


def check_file(path, folder, layers, used):
    is_public = path.suffix == ".h" and "internal" not in path.parts
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if is_public and THIRD_PARTY.match(line):
            yield f"{path}:{number}: third-party header in a public header"
        match = OUR_INCLUDE.match(line)
        if not match:
            continue
        target, _, rest = match.group(1).partition("/")
        used.add(target)
        if rest.startswith("internal") and target != folder:
            yield f"{path}:{number}: internal header of {target}"
        allowed = target not in UNRESTRICTED and (
            folder in UNRESTRICTED or target in layers.get(folder, ()))
        if target != folder and not allowed:
            yield f"{path}:{number}: {folder} may not include {target}"


def check(root):
    layers = read_layers(root)
    problems = []
    cycle = find_cycle(layers)
    if cycle:
        problems.append(f"{root}/coralline/{cycle}: depends on itself")
    for folder in sorted(p for p in (root / "coralline").iterdir() if p.is_dir()):
        used = set()
        for path in sorted(folder.rglob("*.*")):
            if path.suffix in {".h", ".cc"}:
                problems += check_file(path, folder.name, layers, used)
        unused = layers.get(folder.name, set()) - used
        problems += [f"{folder}: DEPENDS {name} is never included"
                     for name in sorted(unused)]
    return problems


if __name__ == "__main__":
    found = check(pathlib.Path(sys.argv[1]))
    print("\n".join(found) if found else "includes go down only")
    sys.exit(bool(found))
