"""A room of machines: each place has a network, processes and shared memory of its own; all hang on one bridge.

The room must be built inside namespaces that end with it (enter.py): so no process, mount or interface
of it outlives it, however it ends. Everything here needs root.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time

NETWORK = "10.77.0"
OBSERVER = f"{NETWORK}.254"  # the bridge itself: who runs the trials reaches all places, whatever is cut between them
BRIDGE = "room"
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17


def do(*words, typed=None):
    """Runs a program to its end; what it printed is in the error if it fails."""
    ended = subprocess.run(words, input=typed, capture_output=True, encoding="utf-8", check=False)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
    return ended.stdout


def await_true(what, question, seconds, pause=0.05):
    """Asks until the answer is true, and returns it. Raises TimeoutError after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(pause)


class Room:
    """The bridge, and the folder with a log of each program."""

    def __init__(self, folder):
        self.folder = folder
        self.places = {}
        for name in ("logs", "run"):
            os.makedirs(self.path(name), exist_ok=True)
            os.chmod(self.path(name), 0o777)
        os.chmod(folder, 0o755)
        do("ip", "link", "set", "lo", "up")
        do("ip", "link", "add", BRIDGE, "type", "bridge")
        do("ip", "address", "add", f"{OBSERVER}/24", "dev", BRIDGE)
        do("ip", "link", "set", BRIDGE, "up")
        send_whole_checksums(BRIDGE)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def add(self, name, number):
        self.places[name] = Place(self, name, f"{NETWORK}.{number}")
        return self.places[name]

    def close(self):
        for place in self.places.values():
            place.power_off()
        subprocess.run(["ip", "link", "delete", BRIDGE], check=False, capture_output=True)
        for name in os.listdir(self.path("disks")) if os.path.isdir(self.path("disks")) else ():
            subprocess.run(["umount", "--lazy", self.path("disks", name)], check=False, capture_output=True)


class Place:
    """One machine. It is off at first."""

    def __init__(self, room, name, address):
        self.room, self.name, self.address = room, name, address
        self.link = f"to-{name}"  # its end of the cable at the bridge
        self.keeper = None  # holds the namespaces; its child is the first process in them
        self.first = None

    # ---- Power ----

    def power_on(self):
        self.keeper = subprocess.Popen(
            ["unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc",
             "env", "--ignore-signal=CHLD", "sleep", "infinity"],  # a first process which leaves no dead children
            stderr=subprocess.DEVNULL)  # unshare complains of the signal that ends it
        children = f"/proc/{self.keeper.pid}/task/{self.keeper.pid}/children"
        first = await_true("a first process", lambda: open(children, encoding="ascii").read().split(), 10, 0.005)
        self.first = int(first[0])
        await_true("a first process", lambda: name_of(self.first) == "sleep", 10, 0.005)
        do("ip", "link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", str(self.first))
        send_whole_checksums(self.link)
        do("ip", "link", "set", self.link, "master", BRIDGE, "up")
        self.inside("mount", "-t", "tmpfs", "tmpfs", "/dev/shm")
        self.inside("sh", "-c", f"""set -e
            ip link set lo up
            ip address add {self.address}/24 dev eth0
            ip link set eth0 up""")
        self.inside("/usr/bin/python3", os.path.abspath(__file__), "eth0")

    def power_off(self):
        """The machine vanishes: nobody hears a last word of it."""
        if self.first is None:
            return
        do("ip", "link", "set", self.link, "down")
        os.kill(self.first, signal.SIGKILL)
        self.keeper.wait()
        # Its network may have taken the cable with it.
        subprocess.run(["ip", "link", "delete", self.link], check=False, capture_output=True)
        self.first = None

    def is_on(self):
        return self.first is not None

    # ---- Programs ----

    def inside(self, *words, user=None, typed=None):
        """Runs a program in this place to its end."""
        return do(*self.enter(user), *words, typed=typed)

    def start(self, log, *words, user=None, env=None):
        """Starts a program that stays. It is known by its words (pids)."""
        with open(self.room.path("logs", f"{log}.log"), "ab") as file:
            settings = [f"{name}={value}" for name, value in (env or {}).items()]
            subprocess.run([*self.enter(user), "setsid", "--fork", "env", *settings, *words], stdin=subprocess.DEVNULL,
                           stdout=file, stderr=file, check=True)

    def enter(self, user=None):
        """The words before a program's own that have it run in this place."""
        words = ["nsenter", f"--target={self.first}", "--mount", "--net", "--pid", "--ipc"]
        if user:
            words += ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        return words

    def pids(self, pattern=""):
        """The processes of this place with such a command line, and not the first one."""
        if self.first is None:
            return []
        own, found = namespace_of(self.first), []
        for pid in (int(name) for name in os.listdir("/proc") if name.isdecimal()):
            if pid != self.first and namespace_of(pid) == own and re.search(pattern, words_of(pid)):
                found.append(pid)
        return found

    def signal(self, what, pattern=""):
        """Signals all that match, and returns how many."""
        pids = self.pids(pattern)
        for pid in pids:
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                pass
        return len(pids)

    def stop(self, pattern=""):
        """Stops all that match, and what they start meanwhile."""
        while any(state_of(pid) not in "TZ" for pid in self.pids(pattern)):
            self.signal(signal.SIGSTOP, pattern)

    def go_on(self, pattern=""):
        self.signal(signal.SIGCONT, pattern)

    # ---- Network ----

    def filter(self, hear=(), say=()):
        """Has the kernel apply these rules of nftables to what comes in, and to what goes out."""
        self.inside("nft", "-f", "-", typed="\n".join(
            ["flush ruleset", "table inet harm {",
             "chain hear {", "type filter hook input priority 0", *hear, "}",
             "chain say {", "type filter hook output priority 0", *say, "}", "}", ""]))

    def filter_nothing(self):
        if self.is_on():
            self.inside("nft", "flush", "ruleset")


def words_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def name_of(pid):
    with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
        return file.read().strip()


def state_of(pid):
    """T is stopped, Z is dead."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def namespace_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return None


def send_whole_checksums(interface):
    """Has the kernel compute checksums itself: a packet that a program hands on (forwarder.py) carries what is in it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        import array  # pylint: disable=import-outside-toplevel
        value = array.array("B", struct.pack("II", ETHTOOL_STXCSUM, 0))
        fcntl.ioctl(s, SIOCETHTOOL, struct.pack("16sP", interface.encode(), value.buffer_info()[0]))


def mount_disk(room, name, megabytes, user):
    """A disk of a size, which survives its machine's end. Returns its folder."""
    folder = room.path("disks", name)
    os.makedirs(folder)
    do("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", folder)
    shutil.chown(folder, user, user)
    return folder


if __name__ == "__main__":
    import sys
    send_whole_checksums(sys.argv[1])
