"""check_docs.py must run what a made-up page names, and find what differs."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import check_docs

SHOWN = "<!-- generated -->\n\n```\n$ tool 3\nthree\n```\n"
RAW = "<!-- generated: tool 3 -->\nthree\n<!-- end -->\n"
TABLE = "| rows | ms |\n|---|---|\n| a | 4.5 |\n| b | 5.5 |\n"
TOOL = """#!/bin/bash
[ "$1" = 3 ] && echo three
[ "$1" = draw ] && mkdir -p docs && echo drawn > "docs/$2"
[ "$1" = keep ] && echo "$2" > kept
[ "$1" = kept ] && cat kept
[ "$1" = model ] && echo "no TFLite library to run models with" && exit 4
[ "$1" != fail ] || { echo broken; exit 3; }
"""


class CheckDocsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve() / "repository"
        (self.root / "docs").mkdir(parents=True)
        (self.root / "README.md").write_text("")
        self.tool = self.root / "tool"
        self.tool.write_text(TOOL)
        self.tool.chmod(0o755)

    def check(self, page, *options):
        """The exit status and what is printed, of a page docs/page.md."""
        path = self.root / "docs/page.md"
        path.write_text(page)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = check_docs.main([str(self.tool), "--root", str(self.root),
                                      *options])
        self.page = path.read_text()
        return int(status), output.getvalue()

    def test_accepts_what_the_commands_print(self):
        for page in SHOWN, RAW, SHOWN + RAW.replace("tool 3", "tool\n3"):
            status, output = self.check(page)
            self.assertEqual(status, 0, output)
            self.assertNotIn("0 blocks", output)

    def test_finds_a_stale_output(self):
        for page in SHOWN, RAW:
            status, output = self.check(page.replace("three", "four"))
            self.assertEqual(status, 1)
            self.assertIn("docs/page.md:1: the page has\n  ", output)
            self.assertIn("and the command prints\n  ", output)

    def test_finds_a_line_too_many_and_one_too_few(self):
        self.assertEqual(self.check(SHOWN.replace("three", "three\nx"))[0], 1)
        self.assertEqual(self.check(SHOWN.replace("three\n", ""))[0], 1)

    def test_rewrites_stale_outputs(self):
        stale = "before\n" + SHOWN + "between\n" + RAW + "behind\n"
        self.assertEqual(
            self.check(stale.replace("three", "a\nb\n"), "--update")[0], 0)
        self.assertEqual(self.page, stale)

    def test_finds_a_command_that_fails(self):
        status, output = self.check(SHOWN.replace("tool 3", "tool fail"))
        self.assertEqual(status, 1)
        self.assertIn("`tool fail` ends with 3: broken", output)

    def test_commands_of_a_page_share_a_folder(self):
        status, output = self.check(
            "<!-- setup: tool keep x -->\n" +
            SHOWN.replace("tool 3\nthree", "tool kept\nx"))
        self.assertEqual(status, 0, output)

    def test_slow_blocks_run_alone(self):
        slow = RAW.replace("generated", "generated slow").replace("three", "x")
        self.assertEqual(self.check(slow + SHOWN)[0], 0)
        self.assertEqual(self.check(slow + SHOWN, "--slow")[0], 1)
        self.assertEqual(self.check(
            SHOWN.replace("three", "x"), "--slow")[0], 0)
        # Nor what prepares others.
        self.assertEqual(self.check(
            "<!-- setup: no such tool -->\n" + SHOWN, "--slow")[0], 0)

    def test_says_what_it_skips(self):
        for words, command, why in (
                ("", "tool ../shared/x", "../shared is not there"),
                (" fake", "tool 3", "the fake Edge TPU is not there"),
                (" tflite", "tool model", "no TFLite library")):
            status, output = self.check(
                f"<!-- generated{words}: {command} -->\nx\n<!-- end -->\n")
            self.assertEqual(status, 0, output)
            self.assertIn("skipped: docs/page.md:1: ", output)
            self.assertIn(why, output)

    def test_finds_numbers_without_a_mark(self):
        self.assertIn("page.md:2: a table of numbers without a mark",
                      self.check("\n" + TABLE)[1])
        self.assertIn("page.md:1: an output without a mark",
                      self.check("```\n3 ms\n```\n")[1])
        for page in "```sh\ntool 3\n```\n", TABLE.replace(".5", ""), "<!-- source: a paper, table 3 -->\n" + TABLE:
            self.assertEqual(self.check(page)[0], 0, page)

    def test_finds_results_in_prose_that_no_block_has(self):
        text = ("It takes 4.5 ms, `0.3 ms` [of](https://x/6.5) 20.\n\n"
                "<!-- source: a paper -->\n" + TABLE)
        self.assertEqual(self.check(text)[0], 0)
        status, output = self.check(text + "\nNot 4.6 ms.\n")
        self.assertEqual(status, 1)
        self.assertIn("page.md:9: no block of this page has 4.6", output)
        self.assertEqual(output.count("no block"), 1)

    def test_finds_links_to_nothing(self):
        page = "# A page\n\n[a](page.md#a-page) [b](../README.md) `[c](no.md)`\n"
        status, output = self.check(page)
        self.assertEqual(status, 0, output)
        for link in "page.md#other", "no.md", "#other", "../no/":
            self.assertIn(f"page.md:5: a link to nothing: {link}",
                          self.check(page + f"\n[d]({link})\n")[1])

    def test_measurements_name_command_machine_and_date(self):
        for what, status in (("tool run; two cores; 2026-11", 0), ("tool run", 1)):
            self.assertEqual(
                self.check(f"<!-- measured: {what} -->\n" + TABLE)[0], status)

    def test_finds_a_mark_that_is_wrong(self):
        for page, why in ((SHOWN.replace("generated", "generated often"),
                           "unknown: often"),
                          (RAW.replace("<!-- end -->", ""), "without an end"),
                          ("<!-- source -->\n" + TABLE, "expected: source: WHAT")):
            status, output = self.check(page)
            self.assertEqual(status, 1)
            self.assertIn(why, output)

    def test_pictures_are_what_the_commands_draw(self):
        page = "<!-- setup: tool draw a.svg -->\n![a](a.svg)\n"
        self.assertIn("draw another a.svg", self.check(page)[1])
        self.assertEqual(self.check(page, "--update")[0], 0)
        self.assertEqual(self.check(page)[0], 0)
        self.assertIn("no command draws b.svg",
                      self.check(page.replace("](a", "](b"))[1])


if __name__ == "__main__":
    unittest.main()
