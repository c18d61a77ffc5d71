"""The shared library exports the functions of coralline.h, and nothing else."""
import pathlib
import re
import subprocess
import sys

header, library = sys.argv[1:]
declared = set(re.findall(r"^CORALLINE_API [^;(]*?(\w+)\(",
                          pathlib.Path(header).read_text(), re.M))
listed = subprocess.run(["nm", "-D", "--defined-only", library], check=True,
                        capture_output=True, text=True).stdout
# "ADDRESS TYPE NAME@@VERSION"; type A is the version itself.
symbols = [line.split()[1:] for line in listed.splitlines()]
exported = {name for kind, name in symbols if kind != "A"}
expected = {f"{name}@@CORALLINE_1" for name in declared}
for name in sorted(expected - exported):
    print(f"declared, not exported: {name}")
for name in sorted(exported - expected):
    print(f"exported, not declared: {name}")
assert declared, f"{header} declares nothing"
sys.exit(exported != expected)
