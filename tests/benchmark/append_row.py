#!/usr/bin/env python3
"""Interleaved runs of the append_row benchmark: ours, reference, ours, reference, …  Prints medians and their ratio.

usage: append_row.py PROGRAM [--runs 7] [--bytes 1073741824] [--chunk 536870912] [--dir FOLDER]
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
    args = parser.parse_args()

    runs = {"ours": [], "reference": []}
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
    pairs = [r["seconds"] / o["seconds"] for o, r in zip(runs["ours"], runs["reference"])]
    print(f"speed of ours / reference: {median['reference']['seconds'] / median['ours']['seconds']:.3f} (medians), "
          f"{statistics.median(pairs):.3f} (median of pairs)")
    print(f"CPU of ours / reference: {median['ours']['cpu'] / median['reference']['cpu']:.3f}")


if __name__ == "__main__":
    main()
