"""A bare Debian 12 with systemd as process 1, in namespaces of its own: what is installed there is seen as on a machine.

It needs root and debootstrap. It has no network but its own loopback: what it installs was downloaded before it was booted.
"""

import os
import shutil
import subprocess
import time

# Its root is a root of its own (pivot_root): in a folder that is only called the root (chroot) no unit may have users of its
# own (PrivateUsers).
MOUNTS = """
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount -t sysfs -o ro sysfs "$0/sys"
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$0/sys/fs/cgroup"
mkdir "$0/sys/fs/cgroup/unified" "$0/sys/fs/cgroup/systemd"
mount -t cgroup2 cgroup2 "$0/sys/fs/cgroup/unified"
mount -t cgroup -o none,name=systemd cgroup "$0/sys/fs/cgroup/systemd"
mount -t tmpfs -o mode=755,nosuid tmpfs "$0/dev"
for device in null zero full random urandom tty; do
  touch "$0/dev/$device"
  mount --bind "/dev/$device" "$0/dev/$device"
done
mkdir "$0/dev/pts" "$0/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$0/dev/pts"
mount -t tmpfs tmpfs "$0/dev/shm"
ln -s pts/ptmx "$0/dev/ptmx"
ln -s /proc/self/fd "$0/dev/fd"
mount -t tmpfs -o mode=755 tmpfs "$0/run"
cd "$0"
pivot_root . mnt
# A mount that prepares credentials must be seen by all.
exec /usr/bin/env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c '
  umount -l /mnt && mount --make-rshared / && exec /lib/systemd/systemd --system'
"""
# The hierarchy of cgroups is the first one on machines that are new, and two of them on others.
UNIFIED = MOUNTS.replace("""mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$0/sys/fs/cgroup"
mkdir "$0/sys/fs/cgroup/unified" "$0/sys/fs/cgroup/systemd"
mount -t cgroup2 cgroup2 "$0/sys/fs/cgroup/unified"
mount -t cgroup -o none,name=systemd cgroup "$0/sys/fs/cgroup/systemd"
""", 'mount -t cgroup2 cgroup2 "$0/sys/fs/cgroup"\n')
ENVIRONMENT = ["env", "--chdir=/", "-i", "HOME=/root", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"]
BOOT_SECONDS = 60


def run(*words, **options):
    """Runs a command that must succeed. Returns what it printed."""
    ran = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if ran.returncode:
        raise RuntimeError(f"{' '.join(words)}: exit code {ran.returncode}\n{ran.stdout}")
    return ran.stdout


class Room:
    def __init__(self, folder):
        self.folder, self.machine, self.first = folder, None, 0

    def build(self, base, mirror):
        """Copies a bare Debian into the folder; makes it first, if it is not there."""
        if not os.path.exists(os.path.join(base, "bin", "sh")):
            run("debootstrap", "--variant=minbase", "bookworm", base, mirror)
        run("cp", "-a", f"{base}/.", self.folder)
        for path in ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"):
            if os.path.exists(path):
                os.makedirs(self.path(os.path.dirname(path)), exist_ok=True)
                shutil.copy(path, self.path(path))
        with open(self.path("/etc/dpkg/dpkg.cfg.d/room"), "w", encoding="ascii") as file:
            file.write("force-unsafe-io\n")  # it is thrown away

    def path(self, path):
        return os.path.join(self.folder, path.lstrip("/"))

    def write(self, path, text):
        with open(self.path(path), "w", encoding="utf-8") as file:
            file.write(text)

    def prepare(self, *words):
        """Runs a command in the folder before it is booted, with the network of this machine."""
        proxies = [f"{name}={value}" for name, value in os.environ.items() if name.lower().endswith("_proxy")]
        return run("chroot", self.folder, *ENVIRONMENT, *proxies, *words)

    # ---- The machine ----

    def boot(self):
        """Starts systemd, and waits until all that it starts by itself is there."""
        script = UNIFIED if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else MOUNTS
        self.machine = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--ipc", "--uts", "--net", "--propagation", "private",
             "bash", "-euc", script, self.folder], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + BOOT_SECONDS
        while not self.first or self.here("systemctl", "is-system-running").stdout.strip() not in ("running", "degraded"):
            if time.monotonic() > until or self.machine.poll() is not None:
                raise RuntimeError("systemd did not start in its own namespaces")
            time.sleep(0.2)  # it has no way to notify us
            self.first = self.first or self.find_first()

    def find_first(self):
        """The number here of the room's first process, when it is systemd."""
        found = subprocess.run(["pgrep", "-P", str(self.machine.pid)], capture_output=True, text=True, check=False).stdout.split()
        if not found:
            return 0
        with open(f"/proc/{found[0]}/comm", encoding="ascii") as file:
            return int(found[0]) if file.read().strip() == "systemd" else 0

    def enter(self):
        return ["nsenter", "--target", str(self.first), "--mount", "--pid", "--ipc", "--uts", "--net", "--root"]

    def here(self, *words, **options):
        """Runs a command in the machine. Returns how it ended."""
        return subprocess.run([*self.enter(), *ENVIRONMENT, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, **options)

    def do(self, *words, **options):
        """Runs a command in the machine that must succeed. Returns what it printed."""
        return run(*self.enter(), *ENVIRONMENT, *words, **options)

    def end(self):
        if self.machine and self.machine.poll() is None:
            self.machine.kill()
            self.machine.wait()
        run("rm", "-rf", "--one-file-system", self.folder)
