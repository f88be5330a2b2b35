#!/usr/bin/env python3
"""How much a program grows by each further schema, and how long its symbols are. Both are the same on every run.

    bloat.py --include DIR --work DIR [--compiler g++]... [--optimize -O2]... [--fields 10]... [--schemas 1 2 3 5] [--limits]
    bloat.py --self-test --work DIR [--compiler g++]

The programs hold 1, 2, 3 and 5 schemas of different names and orders; each makes a writer, appends a row, commits. Text
is what `size` says of the object, so everything that a linker would not share with other units counts once.

--limits     exit code 1 when a further schema of 10 fields takes 20 kB or more at -O2, or the name of a
             function 500 characters or more
--self-test  plants a schema that is too large and a symbol that is too long, and fails unless both are found
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

import units

TEXT_LIMIT = 20_000  # bytes a schema
SYMBOL_LIMIT = 500   # characters


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"bloat.py: {' '.join(command)}\n{done.stderr}")
    return done.stdout


def measure(command, text, work):
    """Bytes of text, the longest name of a function and of anything in a program."""
    source, compiled = work / "schemas.cpp", work / "schemas.o"
    source.write_text(text, encoding="utf-8")
    run(*command, "-c", str(source), "-o", str(compiled))
    sections = re.findall(r"^(\.text\S*)\s+(\d+)", run("size", "-A", str(compiled)), re.MULTILINE)
    symbols = [line.split()[:2] for line in run("nm", "--format=posix", "--defined-only", str(compiled)).splitlines()]
    functions = [name for name, kind in symbols if kind in "tTwW"]
    return sum(int(size) for _, size in sections), max(functions, key=len), max((name for name, _ in symbols), key=len)


def report(title, command, programs, work):
    """Prints one table; returns the largest growth a schema and the longest function name."""
    print(f"\n{title}\n{'schemas':>8} {'text':>9} {'each further':>13} {'longest function':>17} {'symbol':>7}")
    before, growths, longest = None, [], ""
    for count, text in programs:
        size, function, symbol = measure(command, text, work)
        growth = ""
        if before:
            growths.append((size - before[1]) / (count - before[0]))
            growth = f"{growths[-1]:.0f}"
        print(f"{count:8} {size:9} {growth:>13} {len(function):17} {len(symbol):7}")
        before = (count, size)
        longest = max(longest, function, key=len)
    return max(growths), longest


def exceeded(growth, symbol):
    failed = 0
    if growth >= TEXT_LIMIT:
        print(f"a further schema takes {growth:.0f} bytes of text: the limit is {TEXT_LIMIT}")
        failed += 1
    if len(symbol) >= SYMBOL_LIMIT:
        print(f"a symbol has {len(symbol)} characters, the limit is {SYMBOL_LIMIT}: {symbol}")
        failed += 1
    return failed


def self_test(compiler, work):
    def program(name, count, statements):
        functions = "".join(f"void {name}{i}(int volatile& v) {{ {'v = v + 1; ' * statements} }}\n" for i in range(count))
        return [(1, "int f() { return 0; }\n"), (2, "int f() { return 0; }\n" + functions)]

    missed = 0
    for expected, programs in [(0, program("g", 1, 10)), (1, program("g", 1, 5000)), (1, program("g" * 600, 1, 10))]:
        missed += exceeded(*report("planted", [compiler, "-O2"], programs, work)) != expected
    print(f"{missed} of 3 planted programs misjudged")
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--include", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", action="append")
    parser.add_argument("--optimize", action="append")
    parser.add_argument("--fields", action="append", type=int)
    parser.add_argument("--schemas", type=int, nargs="+", default=[1, 2, 3, 5])
    parser.add_argument("--launcher", default="")
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    compilers = options.compiler or ["g++"]
    if options.self_test:
        return self_test(compilers[0], options.work)

    failed = 0
    launcher = options.launcher.split(";") if options.launcher else []
    for compiler in compilers:
        if not shutil.which(compiler):
            print(f"skipped: {compiler} is not installed")
            continue
        for optimize in options.optimize or ["-O2"]:
            for fields in options.fields or [10]:
                # In separate compilation: the bodies are not part of what a schema takes.
                command = [*launcher, compiler, "-std=c++20", optimize, f"-I{options.include}", "-DBULKWRITER_SEPARATE_COMPILATION"]
                programs = [(count, units.schemas_program(count, fields)) for count in options.schemas]
                found = report(f"{compiler} {optimize}, {fields} fields a schema", command, programs, options.work)
                if options.limits and fields == 10:
                    failed += exceeded(*found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
