#!/usr/bin/env python3
"""The example of local files, read back by pyarrow.

    local_files.py --program PROGRAM
"""

import json

from one_file import rows_written


def main():
    rows = rows_written(__doc__, 6, [
        "row 6, field 'title': 25 bytes exceed max_length 16: 'longer than sixteen bytes' [bulkwriter.varchar_too_long]",
        "row 7, field 'title_vector': a vector of zeros only, which this writer refuses [bulkwriter.zero_vector]",
    ])
    for row in rows:
        row["$meta"] = json.loads(row["$meta"])
        row["title_vector"] = [round(v, 6) for v in row["title_vector"]]
    counted = [1.0, 2.0, 3.0, 4.0]
    names = ("id", "title_vector", "title", "score", "lang", "$meta")
    expected = [
        (1, [0.1, 0.2, 0.3, 0.4], "the struct", None, "en", {}),
        (2, counted[::-1], "designated", 0.5, "en", {"claps": 1100}),
        (3, counted, "by name", None, "en", {"claps": 7}),
        (4, counted, "by position", None, "de", {}),
        (5, [1.0, 0.0, 0.0, 0.0], "of a range", None, "en", {}),
        (6, [0.0, 1.0, 0.0, 0.0], "of a range", None, "en", {}),
    ]
    assert rows == [dict(zip(names, row)) for row in expected], rows


if __name__ == "__main__":
    main()
