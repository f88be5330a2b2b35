#!/usr/bin/env python3
"""Interleaved runs of the text_formats benchmark. Prints medians, and fails where JSON Lines or CSV is too slow.

usage: text_formats.py PROGRAM [--runs 7] [--rows 20000]

Rows a second, of each against the run beside it: at least 0.85 of the bare loop of std::to_chars, twice nlohmann/json,
1.3 of RapidJSON's writer.
"""
import argparse
import json
import statistics
import subprocess
import sys

LIMITS = {"to_chars": 0.85, "nlohmann": 2.0, "rapidjson": 1.3}
OURS = ("jsonl", "csv")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--rows", type=int, default=20000)
    args = parser.parse_args()

    speeds = {mode: [] for mode in (*OURS, *LIMITS)}
    sizes = {}
    for turn in range(args.runs + 1):
        for mode, results in speeds.items():
            out = json.loads(subprocess.run([args.program, mode, str(args.rows)], check=True, capture_output=True, text=True).stdout)
            sizes[mode] = out["bytes"] / out["rows"]
            if turn > 0:  # the first turn warms up
                results.append(out["rows"] / out["seconds"])
    for mode, results in speeds.items():
        print(f"{mode:10} {statistics.median(results):8.0f} rows/s, {sizes[mode]:6.0f} bytes a row")
    failed = False
    for mode in OURS:
        for other, limit in LIMITS.items():
            ratio = statistics.median(mine / theirs for mine, theirs in zip(speeds[mode], speeds[other]))
            failed |= ratio < limit
            print(f"{mode} / {other}: {ratio:.3f} (median of pairs), at least {limit} wanted{'' if ratio >= limit else ': TOO SLOW'}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
