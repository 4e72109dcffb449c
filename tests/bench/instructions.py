"""Counts the instructions of deciding, applying, packing and appending, and fails where one has become dearer.

Usage: instructions.py SOURCE BUILD [--renew]

A count does not depend on what else the machine does. The baseline, instructions.json, holds for the compiler and
the kind of build that it names; with others there is nothing to compare and the check is skipped (code 77).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

PARTS = ("decide", "state_apply", "record_pack_event", "ledger_append")
DEARER, SKIPPED = 1.10, 77


def main(source, build, renew):
    baseline_path = os.path.join(source, "tests", "bench", "instructions.json")
    if not shutil.which("valgrind"):
        return skip("valgrind is not installed: apt-get install valgrind")
    kind = kind_of_build(build)
    if not renew:
        with open(baseline_path, encoding="utf-8") as file:
            baseline = json.load(file)
        if baseline["build"] != kind:
            return skip(f"the baseline is of {baseline['build']}, this build is of {kind}")
    found = count(source, build)
    if renew:
        with open(baseline_path, "w", encoding="utf-8") as file:
            json.dump({"build": kind, "instructions": {name: round(value) for name, value in found.items()}}, file, indent=2)
            file.write("\n")
        print(f"written to {baseline_path}:", *(f"{name} {value:.0f}" for name, value in found.items()))
        return 0
    return compare(baseline["instructions"], found)


def compare(baseline, found):
    dearer = [name for name in PARTS if found[name] > baseline[name] * DEARER]
    for name in PARTS:
        share = found[name] / baseline[name] * 100 - 100
        print(f"{name:20} {found[name]:9.0f} instructions, baseline {baseline[name]:9.0f} ({share:+.1f} %)")
    if dearer:
        print(f"dearer by more than a tenth: {', '.join(dearer)}. Where that is meant to be: ninja -C BUILD "
              "renew-instructions, and say why in the commit.")
    return 1 if dearer else 0


def skip(reason):
    print(f"skipped: {reason}")
    return SKIPPED


def kind_of_build(build):
    """The compiler and what it was told, as far as it changes the count."""
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
        cache = dict(re.findall(r"^(\w+):\w+=(.*)$", file.read(), re.MULTILINE))
    version = subprocess.run([cache["CMAKE_C_COMPILER"], "-dumpfullversion"], capture_output=True, text=True,
                             check=True).stdout.strip()
    machine = os.uname().machine
    kind = cache.get("CMAKE_BUILD_TYPE") or "RelWithDebInfo"
    return f"{os.path.basename(cache['CMAKE_C_COMPILER'])} {version} {machine} {kind}" + (
        " sanitized" if cache.get("CONCORDAT_SANITIZE") in ("ON", "1", "TRUE") else "")


def count(source, build):
    """Instructions of each part, with what it calls: a call, or of the ledger an event."""
    with tempfile.TemporaryDirectory(prefix="concordat-instructions-") as folder:
        out = os.path.join(folder, "callgrind.out")
        done = subprocess.run(
            ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}",
             os.path.join(build, "tests", "bench", "bench-instructions"),
             os.path.join(source, "deploy", "region.yaml"), folder],
            capture_output=True, text=True, check=True)
        calls = json.loads(done.stdout)
        report = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", out],
                                capture_output=True, text=True, check=True).stdout
    calls["decide"] = calls["referrals"]  # all commands of a referral together
    found = {}
    for name in PARTS:
        line = re.search(rf"^\s*([\d,]+) .*?\S+\.c:{name} \[", report, re.MULTILINE)
        found[name] = int(line.group(1).replace(",", "")) / calls[name]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], "--renew" in sys.argv))
