#!/usr/bin/env python3
"""Interleaved runs of the append_row benchmark: ours, reference, ours, reference, …  Prints medians and their ratio.

usage: append_row.py PROGRAM [--runs 7] [--bytes 1073741824] [--chunk 536870912] [--dir FOLDER] [--vectors]

--vectors   NumPy beside Parquet, rows of a key and a vector
"""
import argparse
import json
import shutil
import statistics
import subprocess
import tempfile


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--bytes", type=int, default=1 << 30)
    parser.add_argument("--chunk", type=int, default=512 << 20)
    parser.add_argument("--dir")
    parser.add_argument("--vectors", action="store_true")
    args = parser.parse_args()

    one, other = ("npy", "parquet") if args.vectors else ("ours", "reference")
    runs = {one: [], other: []}
    for turn in range(args.runs + 1):
        for mode, results in runs.items():
            folder = tempfile.mkdtemp(dir=args.dir)
            try:
                out = subprocess.run([args.program, mode, folder, str(args.bytes), str(args.chunk)],
                                     check=True, capture_output=True, text=True).stdout
            finally:
                shutil.rmtree(folder)
            if turn > 0:  # the first pair warms up
                results.append(json.loads(out))
    median = {mode: {key: statistics.median(r[key] for r in results) for key in ("seconds", "cpu", "over_pool_mib", "bytes")}
              for mode, results in runs.items()}
    for mode, m in median.items():
        print(f"{mode:10} {m['bytes'] / m['seconds'] / 1e6:8.0f} MB/s  {m['cpu']:.3f} CPU s  {m['over_pool_mib']:.1f} MiB over the pool")
    pairs = [r["seconds"] / o["seconds"] for o, r in zip(runs[one], runs[other])]
    print(f"speed of {one} / {other}: {median[other]['seconds'] / median[one]['seconds']:.3f} (medians), "
          f"{statistics.median(pairs):.3f} (median of pairs)")
    print(f"CPU of {one} / {other}: {median[one]['cpu'] / median[other]['cpu']:.3f}")


if __name__ == "__main__":
    main()
