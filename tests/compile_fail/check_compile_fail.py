#!/usr/bin/env python3
"""Mistakes that must not compile, and what the compiler says about them.

    check_compile_fail.py check --compiler g++ --include DIR --work DIR [--case NAME]... [-- FLAG...]
    check_compile_fail.py self-test --compiler g++ --work DIR

A case is a file <case>.cpp. Compiled as it is, it is right, and gives no warning; with BULKWRITER_TEST_MISTAKE defined it
has one mistake, and the compiler says exactly one error: a static_assert of ours. The lines at its head say what must be
in the output:

    // rule: what is wrong     in the message, which begins with "bulkwriter: "
    // fix: what to do         in the message
    // shows: title, tags      anywhere: the names of the fields, readable
    // more: why               only where the compiler cannot but say more than the one error

or, of what the compiler itself refuses before any template of ours is asked:

    // own: titel              in the first error
    // most: 34                lines of output in all, none of them a static_assert of ours

--show prints what the compiler says about each mistake. Exit code 77: the compiler is not installed.
"""

import argparse
import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MOST_LINES = 25  # of one mistake's output: what is longer is not read
MESSAGE = re.compile(r"error: static assertion failed(?: due to requirement '.*?')?: (.*)")


def compiler(options, *more):
    return subprocess.run([options.compiler, "-std=c++20", *options.flags, f"-I{options.include}",
                           "-DBULKWRITER_SEPARATE_COMPILATION", *more], capture_output=True, text=True)


def precompile(options):
    """Most cases include the local half only: parsed once, it makes them ten times as fast."""
    header = options.work / "common.hpp"
    header.write_text(options.common, encoding="utf-8")
    is_clang = "clang" in subprocess.run([options.compiler, "--version"], capture_output=True, text=True).stdout
    made = header.with_suffix(".hpp.pch" if is_clang else ".hpp.gch")
    done = compiler(options, "-x", "c++-header", str(header), "-o", str(made))
    if done.returncode != 0:
        sys.exit(f"the headers themselves do not compile:\n{done.stderr}")
    options.common_flags = ["-include-pch", str(made)] if is_clang else ["-include", str(header)]


def head_of(case):
    """The expectations of a case by their names."""
    lines = case.read_text(encoding="utf-8").splitlines()
    return dict(re.match(r"// (\w+): (.+)", line).groups() for line in lines if re.match(r"// (rule|fix|shows|more|own|most): ", line))


def judge_mistake(head, output):
    """What is wrong with the compiler's output; nothing if it is as it should be."""
    errors = [line for line in output.splitlines() if re.search(r"\b(fatal )?error: ", line)]
    if not errors:
        return "the mistake compiles"
    lines = sum("/common.hpp:" not in line for line in output.splitlines())  # a user has no such header
    if "own" in head:
        if head["own"] not in errors[0].partition("error: ")[2]:
            return f"the first error lacks {head['own']}"
        if "more" not in head and any(MESSAGE.search(error) for error in errors):
            return "a static_assert follows"
        return f"{lines} lines of output, more than {head['most']}" if lines > int(head["most"]) else ""
    found = MESSAGE.search(errors[0])
    if not found:
        return "the first error is no static_assert with a message"
    message = found[1]
    if not message.startswith("bulkwriter: "):
        return "the message does not begin with 'bulkwriter: '"
    for what in ("rule", "fix"):
        if head[what] not in message:
            return f"the message lacks the {what}: {head[what]}"
    for name in head["shows"].split(", "):
        if not re.search(rf"(?<![\w]){re.escape(name)}(?![\w])", output.replace(message, "")):
            return f"the output does not show {name}"
    if "more" in head:
        return ""
    if len(errors) > 1:
        return f"{len(errors)} errors in place of one"
    if lines > MOST_LINES:
        return f"{lines} lines of output, more than {MOST_LINES}"
    return ""


def check_twins(options, cases):
    """All cases without their mistakes, as one unit for speed: each in a namespace of its own, behind all headers."""
    headers = {line for case in cases for line in case.read_text(encoding="utf-8").splitlines() if line.startswith("#include <")}
    unit = options.work / "twins.cpp"
    unit.write_text("\n".join(sorted(headers)) + "\n" + "".join(
        f'namespace case_{case.stem} {{\n#include "{case.resolve()}"\n}}\n' for case in cases), encoding="utf-8")
    right = compiler(options, "-fsyntax-only", *options.common_flags, str(unit))
    if right.returncode != 0 or right.stderr:
        return f"without its mistake a case does not compile, or not without a warning:\n{right.stderr}"
    return ""


def check_case(options, case):
    head = head_of(case)
    missing = ({"own", "most"} if "own" in head else {"rule", "fix", "shows"}) - head.keys()
    if missing:
        return f"no line for {', '.join(sorted(missing))} at its head"
    wrong = compiler(options, "-fsyntax-only", *options.common_flags, "-DBULKWRITER_TEST_MISTAKE", str(case))
    if options.show:
        print(f"== {case.stem}\n{wrong.stderr}", flush=True)
    complaint = judge_mistake(head, wrong.stderr)
    return f"{complaint}\n{wrong.stderr}" if complaint else ""


def check(options):
    if not shutil.which(options.compiler):
        print(f"skipped: {options.compiler} is not installed")
        return 77
    cases = sorted(options.cases.glob("*.cpp"))
    if options.case:
        cases = [case for case in cases if case.stem in options.case]
    if not cases:
        print("no cases")
        return 1
    precompile(options)
    twins = check_twins(options, cases)
    failures = 1 if twins else 0
    if twins:
        print(f"--- {twins}")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for case, complaint in zip(cases, pool.map(lambda case: check_case(options, case), cases)):
            if complaint:
                failures += 1
            print(f"--- {case.stem}: {complaint}" if complaint else f"ok  {case.stem}")
    print(f"{len(cases)} cases, {failures} failed")
    return 1 if failures else 0


def main():
    arguments, flags = sys.argv[1:], []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, flags = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["check", "self-test"])
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args(arguments)
    options.flags = flags
    options.cases = HERE
    options.common = "#include <bulkwriter/local.hpp>\n"
    options.work.mkdir(parents=True, exist_ok=True)
    return {"check": check, "self-test": self_test}[options.what](options)


def self_test(options):
    """Planted cases, each right in all but one way."""
    options.include = options.cases = options.work / "planted"
    shutil.rmtree(options.include, ignore_errors=True)
    options.include.mkdir(parents=True)
    options.common = "template <bool Holds> inline constexpr bool title = Holds;\n"
    assertion = 'static_assert(title<false>, "bulkwriter: a title is wrong; mend it");\n'
    head = "// rule: a title is wrong\n// fix: mend it\n// shows: title\n"
    twins = "#ifdef BULKWRITER_TEST_MISTAKE\n{}#else\n{}#endif\n"
    right = twins.format(assertion, "")
    planted = {
        "right": (True, head + right),
        "compiles": (False, head + twins.format("", "")),
        "wrong_twin": (False, head + assertion),
        "warning_in_twin": (False, head + twins.format(assertion, "inline int f(int unused) { return 1; }\n")),
        "another_rule": (False, head.replace("a title is", "two titles are") + right),
        "another_fix": (False, head.replace("mend it", "rename it") + right),
        "another_name": (False, head.replace("shows: title", "shows: titel") + right),
        "no_head": (False, right),
        "own": (True, "// own: nonsense\n// most: 9\n" + twins.format("nonsense x;\n", "")),
        "own_of_another": (False, "// own: other\n// most: 9\n" + twins.format("nonsense x;\n", "")),
        "own_with_more": (False, "// own: nonsense\n// most: 99\n" + twins.format("nonsense x;\n" + assertion, "")),
        "own_long": (False, "// own: nonsense\n// most: 9\n" + twins.format("nonsense x;\n" * 9, "")),
        "two_errors": (False, head + twins.format(assertion + "nonsense x;\n", "")),
        "another_error_first": (False, head + twins.format("nonsense x;\n" + assertion, "")),
        "another_beginning": (False, head + right.replace("bulkwriter: ", "note: bulkwriter: ")),
        "long": (False, head + twins.format("#warning a line\n" * MOST_LINES + assertion, "")),
    }
    options.flags = ["-Wall", "-Wextra"]
    precompile(options)
    missed = 0
    for name, (good, text) in planted.items():
        case = options.cases / f"{name}.cpp"
        case.write_text(text, encoding="utf-8")
        complaint = check_twins(options, [case]) or check_case(options, case)
        if good == bool(complaint):
            missed += 1
            print(f"--- {name} was judged {'wrong' if good else 'right'}: {complaint}")
    print(f"{missed} of {len(planted)} planted cases misjudged")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
