"""Counts the instructions of deciding, applying, packing, reducing and appending, and fails if one has become dearer.

Usage: instructions.py SOURCE [--renew]

A count does not depend on what else the machine does, but on how the programs are built. So this script builds them in
SOURCE/build/bench, as for installing and without sanitizers. The baseline, instructions.json, is for the compiler that it names; with
another compiler the check is skipped (code 77).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

PARTS = ("decide", "state_apply", "record_pack_event", "reduced_digest", "ledger_append")
DEARER, SKIPPED = 1.10, 77


def main(source, renew):
    build = os.path.join(source, "build", "bench")
    baseline_path = os.path.join(source, "tests", "bench", "instructions.json")
    if not shutil.which("valgrind"):
        return skip("valgrind is not installed: apt-get install valgrind")
    subprocess.run(["cmake", "-S", source, "--preset", "bench"], stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["ninja", "-C", build, "--quiet", "bench-instructions"], check=True)
    compiler = compiler_of(build)
    if renew:
        found = count(source, build)
        with open(baseline_path, "w", encoding="utf-8") as file:
            json.dump({"compiler": compiler, "instructions": found}, file, indent=2)
            file.write("\n")
        print(f"written to {baseline_path}:", *(f"{name} {value}" for name, value in found.items()))
        return 0
    with open(baseline_path, encoding="utf-8") as file:
        baseline = json.load(file)
    if baseline["compiler"] != compiler:
        return skip(f"the baseline is of {baseline['compiler']}, and this is {compiler}")
    return compare(baseline["instructions"], count(source, build))


def compare(baseline, found):
    dearer = [name for name in PARTS if found[name] > baseline[name] * DEARER]
    for name in PARTS:
        share = found[name] / baseline[name] * 100 - 100
        print(f"{name:20} {found[name]:9.0f} instructions, baseline {baseline[name]:9.0f} ({share:+.1f} %)")
    if dearer:
        print(f"dearer by more than a tenth: {', '.join(dearer)}. If that is meant: "
              "ninja -C BUILD renew-instructions, and say why in the commit.")
    return 1 if dearer else 0


def skip(reason):
    print(f"skipped: {reason}")
    return SKIPPED


def compiler_of(build):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
        compiler = re.search(r"^CMAKE_C_COMPILER:\w+=(.*)$", file.read(), re.MULTILINE).group(1)
    said = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout
    return f"{said.splitlines()[0]} for {os.uname().machine}"


def count(source, build):
    """Returns the instructions of each part with what it calls: for one call, or for one event of the ledger."""
    with tempfile.TemporaryDirectory(prefix="concordat-instructions-") as folder:
        out = os.path.join(folder, "callgrind.out")
        done = subprocess.run(
            ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}",
             os.path.join(build, "tests", "bench", "bench-instructions"),
             os.path.join(source, "deploy", "examples", "region.yaml"), folder],
            capture_output=True, text=True, check=True)
        calls = json.loads(done.stdout)
        report = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", out],
                                capture_output=True, text=True, check=True).stdout
    calls["decide"] = calls["referrals"]  # all commands of one referral
    found = {}
    for name in PARTS:
        line = re.search(rf"^\s*([\d,]+) .*?\S+\.c:{name} \[", report, re.MULTILINE)
        found[name] = round(int(line.group(1).replace(",", "")) / calls[name])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--renew" in sys.argv))
