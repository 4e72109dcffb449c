#!/usr/bin/python3
"""Compiles the files that pages refer to into C: NAME.EXT is served as /static/NAME.HASH.EXT, compressed.

A file names another one as "/static/NAME.EXT", or in an import of a script as "./NAME.js"; the hash is put in here, and
make_pages.py puts it into pages by OUT_JSON. A file that names what is not there, or anything outside, is refused.

Usage: make_static.py OUT_C OUT_JSON FILE...
"""

import gzip
import hashlib
import json
import os
import re
import sys

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
         ".webmanifest": "application/manifest+json"}
NAMED = re.compile(r"(?P<before>/static/|(?<=[\"'])\./)(?P<name>[a-z][a-z0-9_-]*\.[a-z]+)")
# Addresses elsewhere; SVG's namespace is a name and leads nowhere.
OUTSIDE = re.compile(r"(?:[a-z][a-z+.-]*:)?//[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}|@import|\burl\((?!\"?/static/)")
NAMESPACE = "http://www.w3.org/2000/svg"


class Fault(Exception):
    pass


class Files:
    def __init__(self, paths):
        self.paths = {os.path.basename(path): path for path in paths}
        self.hashed, self.texts, self.making = {}, {}, []

    def make(self, name):
        """Returns the hashed name. What a file names is made before it, so that its hash tells of those too."""
        if name not in self.hashed:
            if name in self.making:
                raise Fault(f"{name}: it names {' names '.join(self.making)}, in a circle; a hash cannot be put in")
            self.making.append(name)
            text = self.read(name)
            stem, kind = os.path.splitext(name)
            self.texts[name] = NAMED.sub(lambda found: found["before"] + self.named(name, found["name"]), text).encode()
            self.hashed[name] = f"{stem}.{hashlib.sha256(self.texts[name]).hexdigest()[:12]}{kind}"
            self.making.pop()
        return self.hashed[name]

    def read(self, name):
        kind = os.path.splitext(name)[1]
        if kind not in TYPES:
            raise Fault(f"{name}: files are {', '.join(TYPES)}; give the table TYPES another row")
        with open(self.paths[name], encoding="utf-8") as file:
            text = file.read()
        outside = OUTSIDE.search(text.replace(NAMESPACE, ""))
        if outside:
            raise Fault(f"{name}: it refers to {outside[0]}, which is outside")
        return text

    def named(self, name, other):
        if other not in self.paths:
            raise Fault(f"{name}: it names {other}, which is no file of ours")
        return self.make(other)


def c_of(files):
    lines = ['#include "services/gateway/static_files.h"', ""]
    rows = []
    for number, name in enumerate(sorted(files.texts)):
        packed = gzip.compress(files.texts[name], 9, mtime=0)
        lines.append(f"static const unsigned char bytes_{number}[] = {{")
        lines += [",".join(map(str, packed[at:at + 32])) + "," for at in range(0, len(packed), 32)]
        lines.append("};")
        kind = TYPES[os.path.splitext(name)[1]]
        rows.append(f'    {{"{files.hashed[name]}", "{kind}", bytes_{number}, sizeof bytes_{number}}},')
    lines += ["const struct static_file static_files[] = {", *rows, "};", f"const size_t static_files_count = {len(rows)};"]
    return "\n".join(lines) + "\n"


def main():
    out_c, out_json, *paths = sys.argv[1:]
    files = Files(paths)
    try:
        for name in sorted(files.paths):
            files.make(name)
    except Fault as fault:
        sys.exit(f"make_static.py: {fault}")
    for path, text in ((out_c, c_of(files)), (out_json, json.dumps(files.hashed, indent=1))):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
