#!/usr/bin/env python3
"""What including the library costs: user CPU and memory of the compiler, beside its standard includes and beside others.

    compile_report.py --include DIR --work DIR [--compiler NAME]... [--rounds 5] [--optimize -O0]... [--half local|whole]...
                      [--mode header-only|declared|bodies]... [--fields 10]... [--json FILE] [--limits]

A unit is one program: 10 or 64 fields of mixed kinds, one format, written and committed (local), or README's program
(whole). It is compiled header-only, in separate compilation (declared: what each unit of a program pays), and as the one
unit that holds the bodies. Its base is a unit of the same row that includes just the standard headers which the
library's own headers include; `over` is the difference. All units are compiled in turn, round after round, so that a
busy moment of the machine does not fall on one of them. Times are user CPU seconds of the compiler with all its
processes; medians, with the minimum beside it. Nothing is cached: call no ccache here.

--limits   exit code 1 when a limit is exceeded for sure: it is compared with minima, which a busy machine disturbs
           least, g++ -O0 only.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

import units

SEPARATE = "-DBULKWRITER_SEPARATE_COMPILATION"
MODES = {"header-only": [], "declared": [SEPARATE], "bodies": [SEPARATE, "-DBULKWRITER_IMPLEMENTATION"]}
HALVES = {"local": units.local_program, "whole": units.whole_program}
FIELDS = [10, 64]
# (half, mode, fields) -> (seconds, over its standard includes or absolute). Of what each unit of a program pays: a unit
# that also compiles the bodies, as every one does header-only, pays for those as well, once.
LIMITS = {
    ("local", "declared", 10): (0.6, "over"),
    ("local", "declared", 64): (1.2, "over"),
    ("whole", "declared", 10): (2.5, "absolute"),
}


class Unit:
    def __init__(self, name, key, command, base=None):
        self.name, self.key, self.command, self.base = name, key, command, base
        self.user, self.peak = [], []

    def compile(self):
        """One process tree: what a child has waited for is part of its own usage."""
        child = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        complaint = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)  # or Popen would wait for it again
        if status:
            raise SystemExit(f"compile_report.py: {' '.join(self.command)}\n{complaint.decode(errors='replace')}")
        self.user.append(usage.ru_utime)
        self.peak.append(usage.ru_maxrss / 1024)

    def over(self, statistic):
        return statistic(self.user) - statistic(self.base.user) if self.base else None


def available(compiler, header):
    probe = subprocess.run([compiler, "-E", "-x", "c++", "-", "-o", os.devnull], input=f"#include <{header}>\n",
                           capture_output=True, text=True)
    return probe.returncode == 0


def make_units(options, compiler, optimize):
    """All units of one compiler at one level, and what was left out."""
    made, skipped, bases = [], [], {}

    def add(name, key, text, flags, base=None):
        source = options.work / f"{name.replace(' ', '-')}.cpp"
        source.write_text(text, encoding="utf-8")
        made.append(Unit(name, key, [compiler, "-std=c++20", optimize, f"-I{options.include}", *flags, "-c", str(source),
                                     "-o", str(options.work / "unit.o")], base))
        return made[-1]

    for half in options.half:
        if half == "whole" and not (available(compiler, "boost/beast.hpp") and available(compiler, "openssl/ssl.h")):
            skipped.append("whole: Boost or OpenSSL is not installed")
            continue
        for mode in options.mode:
            flags = MODES[mode]
            standard = units.standard_headers(compiler, options.include, HALVES[half](10), flags, options.work)
            for fields in options.fields:
                base = bases.get((tuple(standard), fields))
                if base is None:
                    base = add(f"{half} {mode} {fields} base", None, units.base_program(standard, fields), [])
                    bases[tuple(standard), fields] = base
                add(f"{half} {mode} {fields}", (half, mode, fields), HALVES[half](fields), flags, base)
    for name, header, text in [("nlohmann json 10", "nlohmann/json.hpp", units.nlohmann_program(10)),
                               ("nlohmann json 64", "nlohmann/json.hpp", units.nlohmann_program(64)),
                               ("beast https client", "boost/beast/ssl.hpp", units.BEAST_HTTPS)]:
        if available(compiler, header):
            add(name, None, text, [])
        else:
            skipped.append(f"{name}: <{header}> is not installed")
    return made, skipped


def print_table(compiler, optimize, made, skipped):
    print(f"\n{compiler} {optimize}: user seconds, median (minimum)")
    print(f"{'unit':30} {'absolute':>15} {'base':>15} {'over':>15} {'peak MiB':>9}")
    pair = "{:8.2f} ({:.2f})".format
    for unit in made:
        if unit.name.endswith(" base"):
            continue
        base = pair(statistics.median(unit.base.user), min(unit.base.user)) if unit.base else ""
        over = pair(unit.over(statistics.median), unit.over(min)) if unit.base else ""
        print(f"{unit.name:30} {pair(statistics.median(unit.user), min(unit.user)):>15} {base:>15} {over:>15} "
              f"{statistics.median(unit.peak):9.0f}")
    for what in skipped:
        print(f"skipped: {what}")


def check_limits(made):
    failed = 0
    for unit in made:
        if unit.key in LIMITS:
            limit, kind = LIMITS[unit.key]
            seconds = unit.over(min) if kind == "over" else min(unit.user)
            held = seconds <= limit
            failed += not held
            print(f"limit: {unit.name}: {seconds:.2f} s {kind}, at most {limit} s: {'held' if held else 'EXCEEDED'}")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--include", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", action="append")
    parser.add_argument("--optimize", action="append")
    parser.add_argument("--half", action="append", choices=HALVES)
    parser.add_argument("--mode", action="append", choices=MODES)
    parser.add_argument("--fields", action="append", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--limits", action="store_true")
    options = parser.parse_args()
    options.half = options.half or list(HALVES)
    options.mode = options.mode or list(MODES)
    options.fields = options.fields or FIELDS
    options.work.mkdir(parents=True, exist_ok=True)

    failed, results = 0, []
    for compiler in options.compiler or ["g++", "clang++-16"]:
        if not shutil.which(compiler):
            print(f"skipped: {compiler} is not installed")
            continue
        for optimize in options.optimize or ["-O0"]:
            made, skipped = make_units(options, compiler, optimize)
            for _ in range(options.rounds):
                for unit in made:
                    unit.compile()
            print_table(compiler, optimize, made, skipped)
            results += [{"compiler": compiler, "optimize": optimize, "unit": unit.name, "user": unit.user, "peak_mib": unit.peak,
                         "base": unit.base and unit.base.name} for unit in made]
            if options.limits and (compiler, optimize) == ("g++", "-O0"):
                failed += check_limits(made)
            sys.stdout.flush()
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
