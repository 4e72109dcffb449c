"""Runs trials.py or test_database.py in namespaces whose first process is that program: when it ends, however it ends, the
kernel ends every process and takes down every mount and network that it made. If this machine does not allow that, or lacks
a program, it says so and exits with 77.

Usage: enter.py PROGRAM SOURCE BUILD [OPTIONS]; the PROGRAM is one of this folder.
"""

import importlib.util
import os
import subprocess
import sys

NOT_HERE = 77
NAMESPACES = ["unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"]
PROGRAMS = ("/usr/lib/postgresql/15/bin/postgres", "/usr/bin/patroni", "/usr/bin/etcd", "/usr/bin/etcdctl", "/usr/sbin/nft")
MODULES = ("psycopg2", "etcd", "zmq")
RIGHTS = """set -e
mount -t tmpfs tmpfs /mnt
ip link add near type veth peer name far
echo 'table inet harm { chain hear { type filter hook input priority 0; numgen random mod 100 < 5 drop; }; }' | nft -f -"""


def what_is_missing():
    """Why no trial can be run here, or None."""
    if os.geteuid() != 0:
        return "the trials make networks and disks of their own, which only root may"
    lacks = [program for program in PROGRAMS if not os.access(program, os.X_OK)]
    lacks += [module for module in MODULES if not importlib.util.find_spec(module)]
    if lacks:
        return f"not installed: {', '.join(lacks)}; tests/run ha-trials installs what is missing"
    tried = subprocess.run([*NAMESPACES, "sh", "-c", RIGHTS], capture_output=True, text=True, check=False)
    if tried.returncode:
        return f"root may not make networks, disks and filters here: {tried.stderr.strip()}"
    return None


if __name__ == "__main__":
    why = what_is_missing()
    if why:
        print(f"skipped: {why}", file=sys.stderr)
        sys.exit(NOT_HERE)
    os.execvp(NAMESPACES[0], [*NAMESPACES, "env", "PYTHONDONTWRITEBYTECODE=1", "/usr/bin/python3",
                              os.path.join(os.path.dirname(os.path.abspath(__file__)), sys.argv[1]), *sys.argv[2:]])
