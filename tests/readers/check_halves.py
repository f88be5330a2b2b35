#!/usr/bin/env python3
"""Conversions of 16-bit floats, bit by bit beside numpy's float16 and ml_dtypes' bfloat16.

    check_halves.py convert_halves

From 16 bits: all 65,536. To 16 bits: the floats of all of these, the middles between two that follow each other (ties,
overflow included) and the neighbours of both, float's subnormals, and a million random floats.
"""

import subprocess
import sys

import ml_dtypes
import numpy

KINDS = {"float16": numpy.dtype(numpy.float16), "bfloat16": numpy.dtype(ml_dtypes.bfloat16)}
# Where the mantissa's first bit, which makes a NaN a quiet one, lies.
QUIET = {"float16": 1 << 9, "bfloat16": 1 << 6}


def convert(program, *what, values):
    return subprocess.run([program, *what], input=values.tobytes(), capture_output=True, check=True).stdout


def floats_to_try(kind):
    """Bits of floats."""
    all_halves = numpy.arange(1 << 16, dtype=numpy.uint16).view(KINDS[kind])
    exact = all_halves.astype(numpy.float32)
    # From 0 up to the largest, and what would come next, had the exponent room.
    up = numpy.sort(exact[numpy.isfinite(exact) & ~numpy.signbit(exact)]).astype(numpy.float64)
    up = numpy.append(up, 2 * up[-1] - up[-2])
    ties = ((up[:-1] + up[1:]) / 2).astype(numpy.float32)
    assert len(ties) == len(up) - 1 and numpy.array_equal(ties.astype(numpy.float64), (up[:-1] + up[1:]) / 2)
    points = numpy.concatenate([exact, ties, -ties]).view(numpy.uint32)
    subnormals = numpy.concatenate([numpy.arange(1 << 17), numpy.arange((1 << 23) - (1 << 16), 1 << 23)]).astype(numpy.uint32)
    random = numpy.random.default_rng(20_240_229).integers(0, 1 << 32, 1_000_000, numpy.uint32)
    return numpy.concatenate([points, points + numpy.uint32(1), points - numpy.uint32(1), subnormals, subnormals | numpy.uint32(1 << 31), random])


def differences(kind, how, found, wanted, is_nan, names):
    if len(found) != len(wanted):
        yield f"{kind} {how}: {len(found)} values of {len(wanted)}"
        return
    wrong = numpy.flatnonzero((found != wanted) & ~is_nan)
    for at in wrong[:5]:
        yield f"{kind} {how}: {names[at]:#x} became {found[at]:#x} in place of {wanted[at]:#x}"
    if len(wrong):
        yield f"{kind} {how}: {len(wrong)} of {len(wanted)} differ"


def check(program, kind, how):
    dtype = KINDS[kind]
    halves = numpy.arange(1 << 16, dtype=numpy.uint16)
    found = numpy.frombuffer(convert(program, "from", kind, how, values=halves), numpy.uint32)
    wanted = halves.view(dtype).astype(numpy.float32)
    is_nan = numpy.isnan(wanted)
    yield from differences(kind, f"from, {how}", found, wanted.view(numpy.uint32), is_nan, halves)
    if len(found) == len(halves) and not numpy.isnan(found.view(numpy.float32)[is_nan]).all():
        yield f"{kind} from, {how}: a NaN became a number"

    bits = floats_to_try(kind)
    found = numpy.frombuffer(convert(program, "to", kind, how, values=bits), numpy.uint16)
    floats = bits.view(numpy.float32)
    is_nan = numpy.isnan(floats)
    with numpy.errstate(all="ignore"):
        wanted = floats.astype(dtype).view(numpy.uint16)
    yield from differences(kind, f"to, {how}", found, wanted, is_nan, bits)
    if len(found) == len(bits):
        nans = found[is_nan]
        if not numpy.isnan(nans.view(dtype)).all() or not (nans & QUIET[kind]).all():
            yield f"{kind} to, {how}: a NaN became a number or a signaling NaN"
        if ((nans >> 15) != (bits[is_nan] >> 31)).any():
            yield f"{kind} to, {how}: a NaN lost its sign"
    print(f"{kind}, {how}: {len(halves)} from, {len(bits)} to, {int(is_nan.sum())} of them NaN")


def main(program):
    problems = [problem for kind in KINDS for how in ("one", "many") for problem in check(program, kind, how)]
    for problem in problems:
        print(f"FAILED {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
