#!/usr/bin/env python3
"""The local half under one more toolchain or mode: no warning, it links and runs, and its files have the same bytes.

    check_toolchains.py --reference g++ --compiler clang++-22 --include DIR --work DIR [-- FLAG...]

FLAG is added for the compiler only, say -std=c++23 -fno-exceptions. The reference compiles plainly. Exit code 77: the
compiler is not installed.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


def build(options, compiler, name, flags):
    program = options.work / name
    subprocess.run([compiler, "-std=c++20", "-O1", *WARNINGS, *flags, f"-I{options.include}",
                    str(HERE / "write_both.cpp"), "-o", str(program)], check=True)
    return program


def files_of(program):
    """What it writes: the bytes by format and number. Folders between them have random names."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True)
        paths = [p for p in pathlib.Path(folder).rglob("*") if p.is_file()]
        return {(p.relative_to(folder).parts[0], p.name): p.read_bytes() for p in paths}


def main():
    arguments, flags = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, flags = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    options = parser.parse_args(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    if not shutil.which(options.compiler):
        print(f"skipped: {options.compiler} is not installed")
        return 77
    expected = files_of(build(options, options.reference, "reference", []))
    found = files_of(build(options, options.compiler, "tested", flags))
    names = sorted(expected)
    if [name.split(".")[-1] for _, name in names] != ["json", "parquet"]:
        print(f"the reference wrote {names}")
        return 1
    if found != expected:
        print(f"other files or bytes than those of {options.reference}: {sorted(found)}")
        return 1
    print(f"{options.compiler} {' '.join(flags)}: {sum(map(len, found.values()))} equal bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
