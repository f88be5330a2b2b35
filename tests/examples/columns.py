#!/usr/bin/env python3
"""The example of columns, read back by pyarrow.

    columns.py --program PROGRAM
"""

from one_file import rows_written


def main():
    rows = rows_written(__doc__, 4, [
        "column 'title': 1 rows, where 'id' has 2 [bulkwriter.invalid_option]",
        "row 4, field 'title': 45 bytes exceed max_length 32",
    ])
    names = ("id", "vector", "title", "score", "lang")
    expected = [
        (1, [1.0, 0.0, 0.0, 0.0], "one", 0.5, "en"),
        (2, [0.0, 1.0, 0.0, 0.0], "two", None, None),
        (3, [0.0, 0.0, 1.0, 0.0], "three", 2.0, "de"),
        (4, [0.0, 0.0, 0.0, 1.0], "four", None, None),
    ]
    assert rows == [dict(zip(names, row)) for row in expected], rows


if __name__ == "__main__":
    main()
