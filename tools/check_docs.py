#!/usr/bin/env python3
"""Runs the commands that the pages name, and compares what they print.

CONTRIBUTING.md, "Pages", says how a page marks what it shows. The commands of a
page run in order, in a scratch folder of its own.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import doc_pages

# As a whole what the program prints, which tests/cli compares.
PRINTED = ("cli.md", "paper.md")
BUILT = re.compile(r"\bbuild/release/[\w/]+")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+\.svg)\)")


class Session:
    """Runs a page's commands in a folder that looks like a checkout's root."""

    def __init__(self, options, scratch):
        self.options, self.folder = options, scratch / "page"
        self.folder.mkdir()
        links = {self.folder / name: options.root / name
                 for name in ("data", "tests", "examples")}
        links[scratch / "shared"] = options.root.parent / "shared"
        if len(options.program.parents) > 2:
            links[self.folder / "build/release"] = options.program.parents[2]
        for link, target in links.items():
            if target.exists():
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(target.resolve())
        self.environment = {
            **{name: os.environ[name]
               for name in ("HOME", "CORALLINE_TFLITE") if name in os.environ},
            "PATH": f"{options.program.parent}:{os.environ['PATH']}",
            "XDG_CACHE_HOME": str(scratch / "cache"), "LC_ALL": "C.UTF-8"}

    def use_fakes(self, fakes):
        self.environment |= {
            "CORALLINE_EDGETPU": str(fakes / "lib/libedgetpu.so.1"),
            "CORALLINE_EDGETPU_COMPILER": str(fakes / "fake_edgetpu_compiler"),
            "FAKE_EDGETPU_SPEED": "0"}

    def why_not(self, block, body):
        """Why a block cannot run here, or None."""
        shared = "shared" in block.words or "../shared" in block.command + body
        if shared and not (self.options.root.parent / "shared").exists():
            return "../shared is not there"
        for built in BUILT.findall(block.command + body):
            if not (self.folder / built).exists():
                return f"{built} is not built"
        if "fake" in block.words:
            if not self.options.fakes:
                return "the fake Edge TPU is not there (--fakes)"
            self.use_fakes(self.options.fakes)
        return None

    def run(self, command):
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], cwd=self.folder,
            env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise RuntimeError(f"`{command}` ends with {done.returncode}: "
                               f"{done.stdout.strip()}")
        ends = done.stdout == "" or done.stdout.endswith("\n")
        return done.stdout if ends else done.stdout + "\n"

    def regenerate(self, block, body):
        """What the block should hold."""
        if block.command:
            return self.run(block.command)
        return "".join(f"$ {command}\n" + self.run(command)
                       for command in doc_pages.commands_of(body))


def difference(old, new):
    """The first line that differs."""
    lines = zip(old.splitlines() + ["(nothing)"], new.splitlines() + ["(nothing)"])
    old_line, new_line = next(pair for pair in lines if pair[0] != pair[1])
    return f"the page has\n  {old_line}\nand the command prints\n  {new_line}"


class Page:
    """A page's problems, what was not compared, and what it should be."""

    def __init__(self, path, options):
        self.path, self.options = path, options
        self.text = path.read_text()
        self.problems, self.skipped, self.compared = [], [], 0
        self.edits = []  # (begin, end, new text), in order

    def at(self, position, message):
        line = self.text.count("\n", 0, position) + 1
        return f"{self.path.relative_to(self.options.root)}:{line}: {message}"

    def check(self):
        blocks = doc_pages.find_blocks(self.text)
        self.problems = [self.at(*flaw)
                         for flaw in doc_pages.flaws(
                             self.text, self.path)]
        wanted = [block for block in blocks if self.wants(block)]
        is_idle = not any(block.kind == "generated" for block in wanted)
        if not self.problems and not (self.options.slow and is_idle):
            self.run(wanted)
        return self

    def run(self, blocks):
        with tempfile.TemporaryDirectory() as scratch:
            session = Session(self.options, pathlib.Path(scratch))
            for block in blocks:
                self.check_block(session, block)
            if not self.options.slow:
                self.check_pictures(session)

    def wants(self, block):
        slow = "slow" in block.words
        return (block.kind == "generated" and slow == self.options.slow or
                block.kind == "setup" and slow <= self.options.slow)

    def check_block(self, session, block):
        body = self.text[block.begin:block.end]
        reason = session.why_not(block, body)
        if reason:
            self.skipped.append(self.at(block.start, reason))
            return
        try:
            new = session.regenerate(block, body)
        except RuntimeError as error:
            absent = "tflite" in block.words and "no TFLite" in str(error)
            (self.skipped if absent else self.problems).append(
                self.at(block.start, error))
            return
        if block.kind == "generated":
            self.compare(block, body, new)

    def compare(self, block, body, new):
        self.compared += 1
        if new == body:
            return
        if self.options.update:
            self.edits.append((block.begin, block.end, new))
        else:
            self.problems.append(self.at(block.start, difference(body, new)))

    def check_pictures(self, session):
        """A picture must be what the page's commands draw under its name."""
        for match in PICTURE.finditer(self.text):
            picture = (self.path.parent / match[1]).resolve()
            drawn = session.folder / picture.relative_to(self.options.root)
            if not drawn.exists():
                self.problems.append(self.at(
                    match.start(), f"no command draws {match[1]}"))
            elif self.options.update:
                picture.parent.mkdir(parents=True, exist_ok=True)
                picture.write_bytes(drawn.read_bytes())
            elif not picture.exists() or (
                    picture.read_bytes() != drawn.read_bytes()):
                self.problems.append(self.at(
                    match.start(), f"the commands draw another {match[1]}"))
            self.compared += 1

    def write(self):
        text = self.text
        for begin, end, new in reversed(self.edits):
            text = text[:begin] + new + text[end:]
        if self.edits:
            self.path.write_text(text)


def check(options):
    paths = [options.root / page for page in options.pages] or [
        options.root / "README.md", *sorted(options.root.glob("docs/*.md"))]
    paths = [path for path in paths if path.name not in PRINTED]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda path: Page(path, options).check(), paths))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
    path = lambda text: pathlib.Path(text).resolve()
    parser.add_argument("program", type=path)
    parser.add_argument("pages", nargs="*", help="as in docs/model.md; or all")
    parser.add_argument("--update", action="store_true",
                        help="rewrite blocks and pictures, compare nothing")
    parser.add_argument("--slow", action="store_true",
                        help="the blocks that are marked slow, and no other")
    parser.add_argument("--fakes", type=path,
                        help="folder of the fake Edge TPU, for blocks marked fake")
    parser.add_argument("--root", type=path,
                        default=pathlib.Path(__file__).resolve().parent.parent)
    return parser.parse_intermixed_args(arguments)


def main(arguments):
    options = parse(arguments)
    pages = check(options)
    for page in pages:
        page.write()
        for line in page.problems + [f"skipped: {why}" for why in page.skipped]:
            print(line)
    print(f"{sum(page.compared for page in pages)} blocks and pictures "
          f"{'written' if options.update else 'compared'}")
    return any(page.problems for page in pages)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
