#!/usr/bin/env python3
"""How many small faults in the library would no test notice?

    mutate.py [--count N] [--seed TEXT] [--only REGEX] [--work DIR] [--jobs N] [--most PERCENT] [--programs NAME,...]
    mutate.py --list [--count N] [--seed TEXT] [--only REGEX]
    mutate.py --again --work DIR
    mutate.py --self-test

Breaks include/ in N places that the seed chooses (an operator, a constant, a condition, a return, a statement or
arguments), one at a time, and runs the unit tests. All mutants are compiled into one build of a copy of the repository:
each asks at run time whether it is the one that is on. Those that do not compile are replaced by the next ones. A first
run without a mutant must pass, and tells which test cases reach which mutant: only those are run for it, and what none
reaches has survived. The choice depends on the seed and on the broken lines, so a change elsewhere leaves it as it is.

A mutant is killed by a failed check, by a crash, or by its time limit (five times what the cases took without it, and 30 s).
Each survivor is printed with its place and what it does. Exit code 1: more than PERCENT have survived (default: 100).

--only REGEX  files whose path below include/ matches
--again       after a change of tests alone: builds them anew in DIR and runs the survivors of the last run
--list        prints the mutants that would be tried first, and builds nothing

What cannot be broken at run time is not tried: consteval functions, constants, types and what only the compiler evaluates
(tests/compile_fail is for those).
"""

import argparse
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import sites

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Only the compiler evaluates what is in these.
COMPILED_ONLY = {"bulkwriter/schema/detail/column_check.hpp"}
# Tells what each of doctest's cases reaches.
LISTENER = """
#include "../mutation/mutant.hpp"
namespace {
struct mutation_listener : doctest::IReporter {
  explicit mutation_listener(doctest::ContextOptions const&) {}
  void report_query(doctest::QueryData const&) override {}
  void test_run_start() override {}
  void test_run_end(doctest::TestRunStats const&) override {}
  void test_case_start(doctest::TestCaseData const& data) override { name_ = data.m_name; begun_ = now(); }
  void test_case_reenter(doctest::TestCaseData const&) override {}
  void test_case_end(doctest::CurrentTestCaseStats const&) override {
    bulkwriter_mutation::end_case((std::to_string(now() - begun_) + "\\t" + name_).c_str());
  }
  void test_case_exception(doctest::TestCaseException const&) override {}
  void subcase_start(doctest::SubcaseSignature const&) override {}
  void subcase_end() override {}
  void log_assert(doctest::AssertData const&) override {}
  void log_message(doctest::MessageData const&) override {}
  void test_case_skipped(doctest::TestCaseData const&) override {}
  static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  std::string name_;
  double begun_ = 0;
};
REGISTER_LISTENER("mutation", 1, mutation_listener);
}
"""


def say(*words):
    print(*words, flush=True)


class Tree:
    """A copy of the repository with the mutants in its headers, and its build."""

    def __init__(self, options):
        self.options = options
        self.root = options.work / "tree"
        self.build = options.work / "build"

    def copy(self, names):
        """Without a change of what has not changed: the build knows files by their time."""
        for source in itertools.chain.from_iterable([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*") for name in names):
            target = self.root / source.relative_to(ROOT)
            if not source.is_file() or "__pycache__" in source.parts:
                continue
            text = source.read_bytes()
            if source.name == "main.cpp" and source.parent.name == "unit":
                text = b"#include <chrono>\n#include <string>\n" + text.replace(b"\nint main", LISTENER.encode() + b"\nint main", 1)
            if not target.exists() or target.read_bytes() != text:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text)

    def write(self, file, mutants, keep_time=False):
        target = self.root / "include" / file
        text = sites.written((ROOT / "include" / file).read_text(encoding="utf-8"), mutants)
        if target.exists() and target.read_text(encoding="utf-8") == text:
            return
        times = (target.stat().st_atime_ns, target.stat().st_mtime_ns) if target.exists() else None
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        if keep_time and times:
            os.utime(target, ns=times)

    def configure(self, mutants):
        header = self.root / "tests/mutation/mutant.hpp"
        flags = f"-std=c++20 -w -O0 -g0 -DBULKWRITER_MUTANTS={mutants} -include {header}"
        subprocess.run(["cmake", "-S", self.root, "-B", self.build, "-G", "Ninja", "--log-level=WARNING", "-DCMAKE_BUILD_TYPE=None",
                        f"-DCMAKE_CXX_FLAGS={flags}", "-DBULKWRITER_TEST_SUITES=unit;refusals", "-DBULKWRITER_BUILD_EXAMPLES=OFF",
                        f"-DCMAKE_CXX_COMPILER={self.options.compiler}"], check=True, stdout=subprocess.DEVNULL)

    def compile(self, targets):
        done = subprocess.run(["cmake", "--build", self.build, "--parallel", str(self.options.jobs), "--target", *targets,
                               "--", "-k", "0"], capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def units(self):
        text = subprocess.run(["ninja", "-C", self.build, "-t", "targets", "all"], check=True, capture_output=True, text=True).stdout
        return sorted(set(re.findall(r"^(unit_\w+|refuse_rows): phony", text, re.M)))


def named_in(complaint):
    """Places in the headers that a compiler's complaints name: those of the errors, or else of the notes around them."""
    place = re.compile(r"\S*/include/(bulkwriter/\S+?):(\d+):\S* +(fatal error|error|note|  required|required|in)?")
    errors, others = set(), set()
    for file, line, what in place.findall(complaint):
        (errors if what.endswith("error") else others).add((file, int(line)))
    return errors, others


def build(tree, mutants, targets):
    """Compiles what can be compiled; the mutants that are left."""
    left = list(mutants)
    while True:
        complaint = tree.compile(targets)
        if not complaint:
            return left
        guilty = []
        for places in named_in(complaint):
            guilty = guilty or [m for m in left if any(f == m.file and m.line <= line <= m.last_line for f, line in places)]
        if not guilty:  # what follows from a mutant may be complained about some lines behind it, in the same statement
            errors, _ = named_in(complaint)
            guilty = [m for m in left if any(f == m.file and 0 < line - m.last_line <= 5 for f, line in errors)]
        if not guilty:
            sys.exit("the copy does not compile, and no mutant is to blame:\n" + "\n".join(
                line for line in complaint.split("\n") if "error" in line or "FAILED" in line)[:4000])
        left = [m for m in left if m not in guilty]
        say(f"{len(guilty)} mutants do not compile, {len(left)} are left")
        # With its old time a header makes nothing be built again that has compiled: what it had of a mutant stays off.
        for file in {m.file for m in guilty}:
            tree.write(file, [m for m in left if m.file == file], keep_time=True)


class Programs:
    def __init__(self, tree, targets):
        self.paths = {name: tree.build / "tests" / name for name in targets}
        self.work = tree.options.work
        self.cases = {}  # program: [(case, seconds, mutants)]

    def run(self, name, limit, arguments=(), **environment):
        # A folder of its own: a mutant may leave behind, or remove, what it likes.
        with tempfile.TemporaryDirectory(dir=self.work, ignore_cleanup_errors=True) as folder:
            program = subprocess.Popen([self.paths[name], *arguments], cwd=folder, start_new_session=True,
                                       env={**os.environ, "TMPDIR": folder, **environment}, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
            try:
                said, _ = program.communicate(timeout=limit)
                return program.returncode, said.decode(errors="replace")
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                program.communicate()
                return None, ""

    def trace(self):
        for name in self.paths:
            trace = self.work / f"{name}.trace"
            trace.unlink(missing_ok=True)
            begun = time.monotonic()
            code, said = self.run(name, 1200, BULKWRITER_MUTANT_TRACE=str(trace))
            if code != 0:
                sys.exit(f"{name} fails without a mutant (exit code {code}):\n{said[-4000:]}")
            self.cases[name] = []
            for line in trace.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]:
                seconds, case, numbers = line.split("\t")
                self.cases[name].append((case, float(seconds), set(map(int, numbers.split()))))
            if len(self.cases[name]) > 1:
                self.cases[name].pop()  # beyond all cases
            else:
                self.cases[name] = [("", time.monotonic() - begun, self.cases[name][0][2])]
            say(f"{name}: {len(self.cases[name])} cases, {time.monotonic() - begun:.1f} s")

    def judge(self, mutant):
        """How the mutant was noticed, by which program."""
        reached = False
        order = []
        for name, cases in self.cases.items():
            chosen = [(case, seconds) for case, seconds, numbers in cases if mutant.number in numbers]
            if chosen:
                own = mutant.file.split("/")[1] == name.removeprefix("unit_")
                order.append((not own, sum(s for _, s in chosen), name, [case for case, _ in chosen]))
        for _, seconds, name, cases in sorted(order):
            reached = True
            filters = []
            if cases != [""]:
                pattern = ",".join(re.sub(r'[,"\\]', "?", case) for case in dict.fromkeys(cases))
                filters = [f"--test-case={pattern}", "--abort-after=1"]
            code, said = self.run(name, 30 + 5 * seconds, filters,
                                  BULKWRITER_MUTANT=str(mutant.number))
            if code is None:
                return "limit", name
            if code < 0 or "FATAL ERROR: test case CRASHED" in said:
                return "crash", name
            if code != 0:
                return "failure", name
        return ("survived" if reached else "not reached"), ""


def report(options, outcomes):
    """Prints what became of the mutants; whether few enough have survived."""
    count = {how: sum(h == how for _, h, _ in outcomes) for how in ("failure", "crash", "limit", "survived", "not reached")}
    survived = count["survived"] + count["not reached"]
    share = 100 * survived / max(len(outcomes), 1)
    rooms = {}
    for m, how, _ in outcomes:
        made, lost = rooms.get(m.file.split("/")[1], (0, 0))
        rooms[m.file.split("/")[1]] = made + 1, lost + (how in ("survived", "not reached"))
    say("\n== not killed")
    for m, how, _ in outcomes:
        if how in ("survived", "not reached"):
            say(f"{m.number}: {m}" + ("" if how == "survived" else "  [no test reaches it]"))
    say("\n== killed by the time limit or a crash")
    for m, how, program in outcomes:
        if how in ("limit", "crash"):
            say(f"{m.number}: {how} in {program}: {m}")
    say("\n== " + ", ".join(f"{room} {lost}/{made}" for room, (made, lost) in sorted(rooms.items())))
    say(f"{len(outcomes)} mutants (seed {options.seed}): {count['failure']} killed by a failed check, {count['crash']} by a crash, "
        f"{count['limit']} by the time limit; {count['survived']} survived, {count['not reached']} reached by no test: "
        f"{share:.1f} % not killed")
    return share <= options.most


def self_test():
    """Every kind of place in a text, and nothing where nothing can be broken at run time."""
    text = """namespace a {
consteval int never(int x) { return x + 1; }
inline constexpr int constant = 4 < 5 ? 1 : 2;
template <class T>
result<void> f(std::vector<int> const& v, int y) {
  constexpr int most = 8;
  static_assert(most < 9);
  std::array<char, 16> buffer;
  if (y < 3 && !v.empty()) return {};
  for (int i = 0; i < y; ++i) g(i, y);
  x = y - 1;
  return h(y);
}
}
"""
    found = {(text.count("\n", 0, s.begin) + 1, s.kind, s.note) for s in sites.Reader(text).read()}
    wanted = {(5, "returns early", "{ return {};"), (9, "condition true", "true"), (9, "condition false", "false"),
              (9, "condition negated", "!(y < 3 && !v.empty())"), (9, "operator", "<="), (9, "operator", ">="), (9, "constant", "3 + 1"),
              (9, "constant", "3 - 1"), (9, "operator", "y < 3 || !v.empty()"), (9, "! removed", ""), (10, "condition false", "false"),
              (10, "operator", "<="), (10, "operator", ">="), (10, "constant", "1"), (10, "operator", "--i"),
              (10, "statement removed", ""), (10, "arguments swapped", "g(y, i)"), (11, "statement removed", ""), (11, "operator", "+"),
              (11, "constant", "1 + 1"), (11, "constant", "1 - 1"), (12, "returns {}", "return {};")}
    for line, kind, note in sorted(found ^ wanted):
        say(f"{'unexpected' if (line, kind, note) in found else 'missing'}: line {line}: {kind}: {note}")
    return 0 if found == wanted else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", default="")
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--most", type=float, default=100)
    parser.add_argument("--programs", default="")
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()

    found = sites.find(ROOT / "include", options.seed, lambda name: name not in COMPILED_ONLY and re.search(options.only, name))
    if options.list:
        for m in sites.pick(found, options.count):
            print(m)
        return 0
    with tempfile.TemporaryDirectory(prefix="bulkwriter-mutation-") as temporary:
        options.work = (options.work or pathlib.Path(temporary)).resolve()
        options.work.mkdir(parents=True, exist_ok=True)
        return run(options, found)


def run(options, found):
    state = options.work / "outcomes.json"
    tree = Tree(options)
    before = {}
    tree.copy(["CMakeLists.txt", "tests", "examples", "single_include"])
    if options.again:
        told = json.loads(state.read_text())
        options.seed = told["seed"]
        by_rank = {m.rank: m for m in sites.find(ROOT / "include", options.seed)}
        if not all(rank in by_rank for rank in told["numbers"]):
            sys.exit("include/ is not what it was in that run: start anew")
        mutants = [by_rank[rank] for rank in told["numbers"]]
        for m in mutants:
            m.number = told["numbers"][m.rank]
        before = told["outcomes"]
        places = told["places"]
    else:
        # More than asked for: about a third does not compile, as text cannot be subtracted.
        mutants = sites.pick(found, options.count * 9 // 5 + 5)
        places = len(mutants)
        for number, m in enumerate(mutants):
            m.number = number
        tree.copy(["include"])
        for file in {m.file for m in mutants}:
            tree.write(file, [m for m in mutants if m.file == file])
    tree.configure(places)
    targets = options.programs.split(",") if options.programs else tree.units()
    if not options.again:
        say(f"{len(found)} places, {places} chosen")
        mutants = build(tree, mutants, ["bulkwriter_compiled"])
    mutants = build(tree, mutants, targets)
    if not options.again:
        mutants = mutants[:options.count]
    programs = Programs(tree, targets)
    programs.trace()
    outcomes = []
    for m in mutants:
        how, program = before.get(m.rank, ("survived", ""))
        if how in ("survived", "not reached"):
            how, program = programs.judge(m)
            say(f"{len(outcomes) + 1}/{len(mutants)} {how} {program}: {m}")
        outcomes.append((m, how, program))
        state.write_text(json.dumps({"seed": options.seed, "places": places, "numbers": {m.rank: m.number for m in mutants},
                                     "outcomes": {m.rank: (how, program) for m, how, program in outcomes}}))
    return 0 if report(options, outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
