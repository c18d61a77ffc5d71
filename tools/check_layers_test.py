"""check_layers.py must find each kind of violation in a made-up tree."""
import pathlib
import tempfile
import unittest

import check_layers

LOW = "coralline_module(low\n  SOURCES low.cc)"
HIGH = "coralline_module(high\n  DEPENDS low\n  SOURCES high.cc)"
USE_LOW = '#include "coralline/low/low.h"\n'


class CheckLayersTest(unittest.TestCase):
    def check(self, files):
        defaults = {"low/CMakeLists.txt": LOW, "high/CMakeLists.txt": HIGH,
                    "high/high.cc": USE_LOW}
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**defaults, **files}.items():
                path = pathlib.Path(folder) / "coralline" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return "\n".join(check_layers.check(pathlib.Path(folder)))

    def test_accepts_includes_that_go_down(self):
        self.assertEqual(self.check({}), "")

    def test_finds_an_include_that_goes_up(self):
        found = self.check({"low/low.cc": '#include "coralline/high/high.h"'})
        self.assertIn("low.cc:1: low may not include high", found)

    def test_finds_an_internal_header_of_another_folder(self):
        found = self.check(
            {"high/a.cc": USE_LOW + '#include "coralline/low/internal/x.h"'})
        self.assertIn("a.cc:2: internal header of low", found)

    def test_finds_a_third_party_header_in_a_public_header(self):
        for header in "fmt/format.h", "sqlite3.h":
            found = self.check({"low/low.h": f"#include <{header}>"})
            self.assertIn("low.h:1: third-party header", found)
        self.assertEqual(
            self.check({"low/internal/low.h": "#include <fmt/format.h>"}), "")

    def test_finds_a_use_of_what_stands_on_top(self):
        found = self.check({"high/high.cc": USE_LOW +
                            '#include "coralline/c_api/coralline.h"',
                            "cli/a.cc": '#include "coralline/cli/b.h"',
                            "cli/b.h": '#include "coralline/c_api/x.h"',
                            "c_api/a.cc": USE_LOW})
        self.assertIn("high.cc:2: high may not include c_api", found)
        self.assertIn("b.h:1: cli may not include c_api", found)
        self.assertEqual(len(found.splitlines()), 2)

    def test_finds_cycles_and_unused_layers(self):
        found = self.check({"low/CMakeLists.txt":
                            "coralline_module(low\n  DEPENDS high)"})
        self.assertIn("depends on itself", found)
        self.assertIn("DEPENDS high is never included", found)


if __name__ == "__main__":
    unittest.main()
