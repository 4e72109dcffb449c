#!/usr/bin/python3
"""Puts the packages of a lock file into a folder of their own: npm_packages.py FOLDER TARGET.

FOLDER has package.json and package-lock.json. TARGET is named after the lock file, so what stands in it never changes,
and builds share it. No package runs a script of its own. TARGET/node is the Node that the packages bring, if they do.
"""

import fcntl
import os
import shutil
import subprocess
import sys

STAMP = "installed"


def main(folder, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(os.path.join(target, STAMP)):
            install(folder, target)
        os.utime(os.path.join(target, STAMP))


def install(folder, target):
    """Works beside TARGET until all is there."""
    if not shutil.which("npm"):
        sys.exit("npm is not installed, and the styles of the pages are made from npm packages. Install it: apt-get "
                 "install npm, or tests/run packages.")
    part = target + ".part"
    for old in (part, target):
        shutil.rmtree(old, ignore_errors=True)
    os.mkdir(part)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(folder, name), part)
    ran = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=part,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                         check=False)
    if ran.returncode:
        sys.exit(f"{ran.stdout}npm could not install what {folder}/package-lock.json lists. The first build needs an "
                 "npm registry: `npm ping` tells whether yours answers.")
    node = next((name for name in os.listdir(os.path.join(part, "node_modules")) if name.startswith("node-linux-")), None)
    if node:
        os.symlink(os.path.join("node_modules", node, "bin", "node"), os.path.join(part, "node"))
    with open(os.path.join(part, STAMP), "w", encoding="ascii"):
        pass
    os.rename(part, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
