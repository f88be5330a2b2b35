#!/usr/bin/env python3
"""How many branches of include/ the tests of a tree took, by Clang's source-based coverage.

    check_coverage.py --llvm DIR --profiles DIR --include DIR [--report FILE] PROGRAM...
    check_coverage.py --self-test

The measure: a branch is one outcome, true or false, of a condition as it stands in a header: each operand of && and ||
has its own two. However many instantiations and programs have it, it counts once, and is taken when any of them took it.
What the compiler decides (`if constexpr`, a constant) is no branch. Fails below LEAST of a half. The report lists, by
file, the conditions of which an outcome was never seen, and which.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

LEAST = {"local": 90, "network": 80}  # per cent of the branches
NETWORK = {"http", "auth", "storage", "import", "run", "adapt"}


def half_of(name):
    return "network" if pathlib.PurePath(name).parts[0] in NETWORK else "local"


def executed(segments, line, column):
    """How often the code at a place ran, by the segments of its file, which are sorted."""
    count = 0
    for at_line, at_column, times, has_count, *_ in segments:
        if (at_line, at_column) > (line, column):
            break
        if has_count:
            count = times
    return count


def branches_of(files, include):
    """{file: {(line, column, end line, end column): [times true, times false]}} out of llvm-cov's export."""
    found = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0]))
    for file in files:
        path = pathlib.Path(file["filename"])
        if not path.is_relative_to(include):
            continue
        name = str(path.relative_to(include / "bulkwriter"))
        for line, column, end_line, end_column, true, false, *_ in file["branches"]:
            outcomes = found[name][line, column, end_line, end_column]
            outcomes[0] += true
            outcomes[1] += false
        # Neither outcome, where the code ran: the compiler has decided.
        for place in [p for p, (t, f) in found[name].items() if t == f == 0 and executed(file["segments"], *p[:2])]:
            del found[name][place]
    return found


def summary(found):
    taken, all_of = collections.Counter(), collections.Counter()
    for name, places in found.items():
        for outcomes in places.values():
            all_of[half_of(name)] += 2
            taken[half_of(name)] += sum(times > 0 for times in outcomes)
    return {half: (taken[half], all_of[half]) for half in LEAST}


def report(found, include):
    def missing(places):
        return sum(times == 0 for outcomes in places.values() for times in outcomes)

    for name, places in sorted(found.items(), key=lambda item: -missing(item[1])):
        yield f"{name}: {missing(places)} of {2 * len(places)} branches not taken"
        path = include / "bulkwriter" / name
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for (line, column, end_line, end_column), (true, false) in sorted(places.items()):
            if true and false:
                continue
            text = lines[line - 1][column - 1 : end_column - 1 if end_line == line else None] if lines else ""
            yield f"  {line}:{column}: never {'run' if not true and not false else 'false' if true else 'true'}: {text}"


def export(options):
    profiles = sorted(options.profiles.glob("*.profraw"))
    if not profiles:
        sys.exit(f"no profiles in {options.profiles}: no test has run")
    with tempfile.TemporaryDirectory() as folder:
        merged = f"{folder}/profile"
        subprocess.run([options.llvm / "llvm-profdata", "merge", "--sparse", "-o", merged, *profiles], check=True)
        objects = [word for program in options.programs[1:] for word in ("--object", program)]
        text = subprocess.run([options.llvm / "llvm-cov", "export", "--instr-profile", merged, options.programs[0], *objects,
                               options.include], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(text)["data"][0]["files"]


def self_test():
    include = pathlib.Path("/i")
    segments = [[1, 1, 7, True, True, False]]
    files = [
        {"filename": "/i/bulkwriter/row/a.hpp", "segments": segments, "branches": [
            [2, 1, 2, 5, 3, 0, 0, 0, 4], [2, 1, 2, 5, 0, 2, 0, 0, 4],  # two instantiations see one outcome each
            [3, 1, 3, 5, 0, 0, 0, 0, 4],  # decided by the compiler
            [4, 1, 4, 5, 1, 0, 0, 0, 4]]},
        {"filename": "/i/bulkwriter/http/b.ipp", "segments": [[1, 1, 0, True, True, False]], "branches": [
            [2, 1, 2, 5, 0, 0, 0, 0, 4]]},  # never run
        {"filename": "/usr/include/c.hpp", "segments": segments, "branches": [[2, 1, 2, 5, 0, 0, 0, 0, 4]]},
    ]
    found = branches_of(files, include)
    wanted = {"local": (3, 4), "network": (0, 2)}
    lines = list(report(found, include))
    good = summary(found) == wanted and "row/a.hpp: 1 of 4 branches not taken" in lines and "  4:1: never false: " in lines
    print(summary(found), *lines, sep="\n")
    return 0 if good else 1


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("llvm", "profiles", "include"):
        parser.add_argument("--" + name, type=pathlib.Path, required=True)
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    found = branches_of(export(options), options.include)
    lines = list(report(found, options.include))
    if options.report:
        options.report.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(*[line for line in lines if not line.startswith(" ")], sep="\n")
    failed = False
    for half, (taken, all_of) in summary(found).items():
        share = 100 * taken / all_of if all_of else 0
        print(f"{half} half: {taken} of {all_of} branches taken, {share:.1f} %, at least {LEAST[half]} % are wanted")
        failed = failed or share < LEAST[half]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
