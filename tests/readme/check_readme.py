#!/usr/bin/env python3
"""README.md and examples/README.md: every block of code is compiled, links lead somewhere, the list of examples is whole, and
README.md stays short.

    check_readme.py --compiler C++ --root DIRECTORY [-- FLAG...]
    check_readme.py --self-test --compiler C++ --root DIRECTORY

A block of C++ with an #include is a program; any other needs a line in FRAGMENTS, which says what stands around it. Names in
capitals are the reader's. Commands of a compiler are run as they stand, but for what takes long; CMake and Meson read what is
for them.
"""

import argparse
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

MOST_BYTES = {"README.md": 12_000}
CAPITALS = re.compile(r"(?<![\w\"<])[A-Z][A-Z_]+(?![\w\"])")
HEAD = """\
#include <bulkwriter/adapt/boost_json.hpp>
#include <chrono>
#include <optional>
#include <span>
#include <tuple>
#include <vector>
"""
# (file, heading) -> the parameters that its fragments see. "types": each line is one. Of the row and the schema of the
# first program.
WRITER = "bw::local_bulk_writer<article_schema, bw::format::parquet>& writer"
REMOTE = "bw::remote_bulk_writer<article_schema, bw::format::parquet>& remote"
FRAGMENTS = {
    ("README.md", "Formats and kinds"): "types",
    ("README.md", "Rows"): f"{WRITER}, std::array<float, 768> const& vector, std::vector<article> const& range",
    ("README.md", "Rows from elsewhere"):
        f"{WRITER}, std::vector<std::int64_t> const& ids, std::vector<float> const& block, std::vector<std::int32_t> const& "
        "offsets, std::string const& bytes, std::vector<std::string> const& links, std::string const& json",
    ("README.md", "Buckets"): "",
    ("README.md", "Import"): REMOTE,
}
LOCAL_PROGRAM = '#include "bulkwriter.hpp"\nint main() { return sizeof(bulkwriter::batch_files) == 0; }\n'


def blocks_of(text):
    """(heading, language, number of the first line, code) of every fenced block."""
    heading, found, fence = "", [], None
    for number, line in enumerate(text.splitlines(), 1):
        if fence is None and re.match(r"#+ ", line):
            heading = line.lstrip("# ")
        elif fence is None and line.startswith("```"):
            fence = (heading, line[3:].strip(), number + 1, [])
        elif line.startswith("```"):
            found.append((*fence[:3], "\n".join(fence[3]) + "\n"))
            fence = None
        elif fence is not None:
            fence[3].append(line)
    assert fence is None, "a block of code does not end"
    return found


def programs_of(texts):
    """C++ with the lines of its origin: programs, and all fragments as one; and what cannot be compiled."""
    programs, problems, fragments = [], [], {}
    for name, text in texts.items():
        for heading, language, number, code in blocks_of(text):
            if language != "cpp":
                continue
            if "#include" in code:
                programs.append(f'#line {number} "{name}"\n{code}')
            elif (name, heading) in FRAGMENTS:
                fragments.setdefault((name, heading), []).append((number, code))
            else:
                problems.append(f"{name}: C++ under '{heading}', which is not in FRAGMENTS of check_readme.py")
    problems += [f"{name}: no C++ under '{heading}' any more" for name, heading in FRAGMENTS if (name, heading) not in fragments]
    if not programs or "int main" not in programs[0]:
        return programs, problems + ["README.md has lost its program"]
    around = programs[0][: programs[0].index("int main")]
    around = around.replace("std::string extra = {};", "std::optional<std::string> lang = {}; std::string extra = {};")
    parts = [HEAD, around, "using namespace bw::literals;\nusing namespace std::chrono_literals;\n"]
    for key, blocks in fragments.items():
        is_types = FRAGMENTS[key] == "types"
        parts.append(f"void function_{len(parts)}({'' if is_types else FRAGMENTS[key]}) {{\n")
        for number, code in blocks:
            if is_types:
                code = "".join(f"static_assert(sizeof({line.split('   //')[0]}) != 0);\n" for line in code.splitlines())
            parts.append(f'#line {number} "{key[0]}"\n{code}')
        parts.append("}\n")
    return [*programs, "".join(parts)], problems


def run(command, cwd):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, shell=isinstance(command, str))
    return done.stdout if done.returncode != 0 else None


def compile_cpp(texts, options, folder):
    programs, problems = programs_of(texts)
    for number, program in enumerate(programs):
        given = sorted(set(CAPITALS.findall(program)) - {"README"})
        path = folder / f"program_{number}.cpp"
        path.write_text("#include <string>\n" + "".join(f"std::string const {name};\n" for name in given) + program)
        said = run([options.compiler, "-std=c++20", "-fsyntax-only", "-DBULKWRITER_SEPARATE_COMPILATION",
                    f"-I{options.root}/include", *options.flags, str(path)], folder)
        if said is not None:
            problems.append(f"C++ that does not compile:\n{said}")
    return problems


def run_commands(name, code, options, folder):
    """Each line as a reader types it, in the folder that the text tells of; of compilers the syntax alone."""
    problems = []
    for line in code.splitlines():
        if run(["sh", "-n", "-c", line], folder) is not None:
            problems.append(f"{name}: the shell does not read: {line}")
            continue
        words = shlex.split(line, comments=True)
        if words[0].startswith("./") and not (options.root / words[0]).exists():
            problems.append(f"{name}: no such file: {words[0]}")
        if words[0] == "g++" and "$(" not in line:  # what is installed is for tests/consumers
            said = run([options.compiler, *words[1:], "-DBULKWRITER_SEPARATE_COMPILATION", "-fsyntax-only"], folder)
            if said is not None:
                problems.append(f"{name}: {line}\n{said}")
    return problems


def build_files(name, language, code, folder):
    """A project of the reader's with these lines in it."""
    project = folder / language
    project.mkdir(exist_ok=True)
    (project / "main.cpp").write_text("int main() {}\n")
    if language == "cmake":
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES CXX)\nadd_executable(my_program main.cpp)\n" + code)
        said = run(["cmake", "-S", str(project), "-B", str(project / "build")], project)
    elif shutil.which("meson"):
        (project / "meson.build").write_text("project('p', 'cpp', default_options: ['cpp_std=c++20'])\n" + code)
        said = run(["meson", "setup", str(project / "build"), str(project)], project)
    else:
        said = None
    return [] if said is None else [f"{name}: {language}\n{said}"]


def commands_and_builds(texts, options, folder):
    problems = []
    reader = folder / "reader"  # has the repository as "bulkwriter", and the single header beside the program
    for there in (reader, reader / "cmake", reader / "meson" / "subprojects"):
        there.mkdir(parents=True)
        (there / "bulkwriter").symlink_to(options.root)
    shutil.copy(options.root / "single_include/bulkwriter/bulkwriter.hpp", reader)
    (reader / "main.cpp").write_text(LOCAL_PROGRAM)
    (reader / "guide.cpp").write_text("#include <bulkwriter/bulkwriter.hpp>\nint main() {}\n")
    for name, text in texts.items():
        for _, language, _, code in blocks_of(text):
            if language == "sh":
                problems += run_commands(name, code, options, reader if name == "README.md" else options.root)
            elif language in ("cmake", "meson"):
                problems += build_files(name, language, code, reader)
            elif language not in ("cpp", ""):
                problems.append(f"{name}: nobody compiles a block of '{language}'")
    return problems


def links_and_size(texts, root):
    problems = []
    for name, most in MOST_BYTES.items():
        size = len(texts[name].encode())
        if size > most:
            problems.append(f"{name} has {size} bytes, {most} at most: what is more belongs into examples/ or the headers")
    for name, text in texts.items():
        prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#]+)\)", prose):
            if "://" not in target and not (root / name).parent.joinpath(target).exists():
                problems.append(f"{name}: a link to {target}, which is not there")
    examples = {path.name for path in (root / "examples").glob("*.cpp")}
    listed = set(re.findall(r"^\| \[(\w+\.cpp)\]\(\1\)", texts["examples/README.md"], re.M))
    problems += [f"examples/README.md does not list {name}" for name in sorted(examples - listed)]
    return problems


def problems_of(texts, options, compiled=True):
    problems = links_and_size(texts, options.root)
    with tempfile.TemporaryDirectory() as folder:
        if compiled:
            problems += compile_cpp(texts, options, pathlib.Path(folder))
            problems += commands_and_builds(texts, options, pathlib.Path(folder))
        else:
            problems += programs_of(texts)[1]
    return problems


def self_test(texts, options):
    """Faults, all but the last found without a compiler, and what must be said of each."""
    readme, examples = "README.md", "examples/README.md"

    def at(what):
        return 1 + texts[readme][: texts[readme].index(what)].count("\n")

    def spoil_code(text):
        for good, bad in [("append_rows(range)", "append_rwos(range)"), ("bulkwriter::core)", "bulkwriter::cor)"),
                          ("examples/local_files.cpp -o", "local_files.cpp -o")]:
            assert good in text, good
            text = text.replace(good, bad)
        return text

    faults = [
        (readme, lambda t: t + "x" * 12_000, "bytes, 12000 at most", False),
        (readme, lambda t: t.replace("examples/columns.cpp", "examples/colums.cpp"), "a link to examples/colums.cpp", False),
        (examples, lambda t: t.replace("(columns.cpp)", "(bad_rows.cpp)"), "does not list columns.cpp", False),
        (readme, lambda t: t + "\n## New\n\n```cpp\nint x;\n```\n", "C++ under 'New'", False),
        (readme, lambda t: t.replace("## Buckets", "## Pails"), "no C++ under 'Buckets'", False),
        (readme, spoil_code, [f"README.md:{at('append_rows(range)')}:", "README.md: cmake\n", "o such file or directory"], True),
    ]
    missed = 0
    for name, spoil, expected, compiled in faults:
        spoiled = texts | {name: spoil(texts[name])}
        assert spoiled != texts, f"the fault that says {expected!r} changes nothing"
        said = "\n".join(problems_of(spoiled, options, compiled))
        for text in [expected] if isinstance(expected, str) else expected:
            if text not in said:
                missed += 1
                print(f"not found: {text!r} in {said!r}")
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("flags", nargs="*")
    options = parser.parse_args()
    options.root = options.root.resolve()

    texts = {name: (options.root / name).read_text(encoding="utf-8") for name in ("README.md", "examples/README.md")}
    if options.self_test:
        return self_test(texts, options)
    problems = problems_of(texts, options)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
