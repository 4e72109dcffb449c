#!/usr/bin/env python3
"""Makes the tables of languages from Debian's iso-codes.

Usage: make_languages.py ISO_639_3_JSON pairs|names OUT
"""

import json
import sys


TABLES = {"pairs": ("proto/words/language_pairs.h", "language_pair", "language_pairs"),
          "names": ("services/desk/language_table.h", "language_name", "language_names")}


def quoted(text):
    return '"' + "".join(c if c not in '"\\' else "\\" + c for c in text) + '"'


def pairs(languages):
    """The codes of three letters that have one of two: in the order of the former."""
    return [(entry["alpha_3"], entry["alpha_2"]) for entry in languages if "alpha_2" in entry]


def names(languages):
    """The shortest code and the name of every living language, in the order of the codes. A name that holds a comment in
    brackets is known without it as well."""
    found = set()
    for entry in languages:
        if entry["type"] != "L":
            continue
        code = entry.get("alpha_2", entry["alpha_3"])
        for name in filter(None, (entry["name"], entry.get("common_name"))):
            found.add((code, name.split(" (")[0]))
    return sorted(found)


def main():
    source, kind, out = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        languages = sorted(json.load(file)["639-3"], key=lambda entry: entry["alpha_3"])
    rows = {"pairs": pairs, "names": names}[kind](languages)
    with open(out, "w", encoding="utf-8") as file:
        header, struct, table = TABLES[kind]
        file.write(f'#include "{header}"\n\nconst struct {struct} {table}[] = {{\n')
        for row in rows:
            file.write("    {" + ", ".join(map(quoted, row)) + "},\n")
        file.write(f"}};\nconst size_t {table}_count = {len(rows)};\n")


main()
