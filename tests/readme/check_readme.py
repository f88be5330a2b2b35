#!/usr/bin/env python3
"""Compiles what README.md shows: every C++ block with an #include, the rows under "Rows", what stands under "Buckets" and
"Credentials", and the C++ of the table that pymilvus' users read.

Names in capitals are the reader's.

    check_readme.py --compiler C++ --include DIRECTORY --readme FILE [-- FLAG...]
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile


CAPITALS = re.compile(r"(?<![\w\"])[A-Z][A-Z_]+(?![\w\"])")


def snippets_program(text, guide):
    """The table's second column as one function: fields as types, the rest as statements in the order of the table; and
    the rows as another. The row and its schema are those of the guide's program."""
    table = text.split("## From pymilvus", 1)[1].split("\n\n")[1]
    cells = [cell for line in table.splitlines()[2:] for cell in re.findall(r"`([^`]+)`", line.split(" | ")[1])]
    assert len(cells) >= 20, f"the table has only {len(cells)} pieces of C++"
    rows = re.search(r"### Rows\n+```cpp\n(.*?)```", text, re.DOTALL).group(1)
    lines = []
    for cell in cells:
        is_field = re.match(r"bw::(field|column|dynamic_field)<", cell)
        lines.append(f"  static_assert(sizeof({cell}) != 0);" if is_field else f"  {cell};")
    buckets = re.findall(r"```cpp\n(.*?)```", re.search(r"### Buckets\n(.*?)\n### Import", text, re.DOTALL).group(1), re.DOTALL)
    assert len(buckets) >= 4, f"{len(buckets)} blocks of C++ under Buckets and Credentials"
    row = guide[: guide.index("int main")]
    return ("#include <chrono>\n#include <iostream>\n#include <span>\n#include <vector>\n" + row + "using namespace bw::literals;\nusing namespace std::chrono_literals;\n"
            "void migrated(std::vector<float> const& vector) {\n" + "\n".join(lines) + "\n  (void)progress;\n}\n"
            "void rows(bw::local_bulk_writer<article_schema, bw::format::parquet>& writer, article const& first,\n"
            "          std::vector<float> const& vector, std::vector<article> const& range) {\n" + rows + "}\n"
            "void buckets(std::span<std::byte const> bytes) {\n" + "".join(buckets) + "}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", required=True)
    parser.add_argument("--readme", required=True)
    parser.add_argument("flags", nargs="*")
    options = parser.parse_args()

    text = pathlib.Path(options.readme).read_text(encoding="utf-8")
    programs = [block for block in re.findall(r"```cpp\n(.*?)```", text, re.DOTALL) if "#include" in block]
    assert len(programs) >= 2, "README.md has lost its programs"
    programs.append(snippets_program(text, programs[0]))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, program in enumerate(programs, 1):
            given = sorted(set(CAPITALS.findall(program)) - {"AUTOINDEX", "IP", "BULKWRITER_IMPLEMENTATION", "BULKWRITER_SEPARATE_COMPILATION"})
            head = "#include <string>\n" + "".join(f"std::string const {name};\n" for name in given)
            path = pathlib.Path(folder, f"program_{number}.cpp")
            path.write_text(head + program)
            done = subprocess.run([options.compiler, "-std=c++20", "-fsyntax-only", "-DBULKWRITER_SEPARATE_COMPILATION",
                                   "-I" + options.include, *options.flags, str(path)], stderr=subprocess.PIPE, text=True)
            if done.returncode != 0:
                failed += 1
                print(f"program {number} of README.md does not compile:\n{done.stderr}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
