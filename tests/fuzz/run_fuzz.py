#!/usr/bin/env python3
"""Runs a fuzz target: first what was found before and the corpus that is kept, then what libFuzzer makes of them; at the
end, where there is a script for it, readers that others wrote look at files of the inputs that came out.

    run_fuzz.py --program P --sources tests/fuzz --target rows --work DIR (--runs 5000 | --seconds 600) [--check PYTHON SCRIPT]

A number of runs is the same inputs on every machine: what fails in one place fails in another, and what passed passes.
For a time the inputs are new ones each time, by a seed that libFuzzer prints.

An input that breaks an expectation is left in DIR/found, and its bytes are printed: put it into findings/<target>, with
a name that says what was wrong. DIR/corpus is what the run made.
"""

import argparse
import base64
import os
import pathlib
import random
import shutil
import subprocess
import sys

# Leaks, too, are found (by the address sanitizer). The entropic schedule costs a third of the time where an input has thousands of features.
LIMITS = ["-timeout=25", "-rss_limit_mb=2048", "-max_len=4096", "-len_control=20", "-entropic=0", "-print_final_stats=1"]
MOST_CHECKED = 300  # inputs whose files readers of others see


def inputs(folder):
    return sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []


def run(command, **more):
    print("+", *(str(word) for word in command[:12]), "..." if len(command) > 12 else "", flush=True)
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, **more).returncode


def fuzz(arguments, found):
    seeds, findings = (arguments.sources / name / arguments.target for name in ("corpus", "findings"))
    kept = inputs(findings) + inputs(seeds)
    if not inputs(seeds):
        print(f"no corpus in {seeds}")
        return 1
    if run([arguments.program, "-timeout=25", f"-artifact_prefix={found}/", *kept]):
        print("an input that is kept breaks an expectation")
        return 1

    corpus = arguments.work / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    words = arguments.sources / "words" / arguments.target
    more = [f"-dict={words}"] if words.exists() else []
    # Named one by one: in a folder their order is the file system's.
    listed = arguments.work / "seeds"
    listed.write_text(",".join(map(str, kept)), encoding="utf-8")
    much = [f"-runs={arguments.runs}", f"-seed={arguments.seed}"] if arguments.runs else [f"-max_total_time={arguments.seconds}"]
    return run([arguments.program, *LIMITS, *more, *much, f"-artifact_prefix={found}/", f"-seed_inputs=@{listed}", corpus])


def check(arguments):
    """Others read the files of what is kept, and of a sample of what came out."""
    kept = [path for name in ("findings", "corpus") for path in inputs(arguments.sources / name / arguments.target)]
    grown = inputs(arguments.work / "corpus")
    sample = random.Random(arguments.seed).sample(grown, min(len(grown), max(0, MOST_CHECKED - len(kept))))
    files = arguments.work / "files"
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    if run([arguments.program, *kept, *sample], env={**os.environ, "BULKWRITER_FUZZ_FILES": str(files)}, stderr=subprocess.DEVNULL):
        print("an input that passed before does not now")
        return 1
    failed = run([*arguments.check, files])
    if not failed:
        shutil.rmtree(files)
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--sources", type=pathlib.Path, required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    much = parser.add_mutually_exclusive_group(required=True)
    much.add_argument("--runs", type=int)
    much.add_argument("--seconds", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", nargs=2, metavar=("PYTHON", "SCRIPT"))
    arguments = parser.parse_args()

    found = arguments.work / "found"
    shutil.rmtree(found, ignore_errors=True)
    found.mkdir(parents=True)
    shutil.rmtree(arguments.work / "corpus", ignore_errors=True)  # from the same inputs each time
    failed = fuzz(arguments, found)
    for path in inputs(found):
        print(f"{path}: {base64.b64encode(path.read_bytes()).decode()}")
    if not failed and arguments.check:
        failed = check(arguments)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
