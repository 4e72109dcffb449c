"""systemd-analyze has nothing against the units of deploy/units: each can be read, and is exposed no more than 2.0.

Usage: test_units.py SOURCE BUILD
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = sys.argv[1]
UNITS = os.path.join(SOURCE, "deploy", "units")
SYSTEMS = "/lib/systemd/system"
DATABASE = os.path.join(SOURCE, "deploy", "database")
OTHERS = (f"{SYSTEMS}/etcd.service", f"{SYSTEMS}/patroni.service")
EXPOSURE_MOST = 20  # tenths
FOLDER = "usr/lib/systemd/system"


def services():
    """The name of each service; of a template, one instance."""
    return sorted(os.path.basename(path).replace("@.", "@street-triage.") for path in glob.glob(os.path.join(UNITS, "*.service")))


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed (systemd)")
class Units(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="concordat-units-")
        self.addCleanup(shutil.rmtree, self.root)
        self.folder = os.path.join(self.root, FOLDER)
        shutil.copytree(UNITS, self.folder)

    def analyze(self, *words):
        return subprocess.run(["systemd-analyze", *words, f"--root={self.root}"], capture_output=True, text=True, check=False)

    def exposed(self, unit):
        ran = self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_MOST}", unit)
        return ran.returncode != 0, ran.stdout + ran.stderr

    def test_none_is_exposed_more_than_it_must_be(self):
        for unit in services():
            exposed, said = self.exposed(unit)
            self.assertFalse(exposed, said)

    def test_without_what_all_have_in_common_each_is_exposed(self):
        shutil.rmtree(os.path.join(self.folder, "concordat-.service.d"))
        for unit in services():
            self.assertTrue(self.exposed(unit)[0], unit)

    def install_programs(self):
        """What the units start, so that nothing is missing."""
        texts = [open(path, encoding="utf-8").read() for path in glob.glob(os.path.join(UNITS, "*.service"))]
        for path in re.findall(r"^Exec\w+=(/\S+)", "".join(texts), re.MULTILINE):
            to = self.root + path
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy("/bin/true", to)
        for path in glob.glob(f"{SYSTEMS}/*.target") + glob.glob(f"{SYSTEMS}/*.slice"):
            shutil.copy(path, self.folder, follow_symlinks=True)

    def test_each_can_be_read(self):
        self.install_programs()
        units = services() + sorted(os.path.basename(path) for path in glob.glob(os.path.join(UNITS, "*.socket")))
        ran = self.analyze("verify", "--man=no", *units)
        self.assertEqual((ran.returncode, ran.stdout + ran.stderr), (0, ""))

    @unittest.skipUnless(all(map(os.path.exists, OTHERS)), "Debian's etcd-server and patroni are not installed")
    def test_what_the_databases_nodes_add_to_others_units_can_be_read(self):
        for path in OTHERS:
            shutil.copy(path, self.folder)
            shutil.copytree(os.path.join(DATABASE, f"{os.path.basename(path)}.d"), os.path.join(self.folder, f"{os.path.basename(path)}.d"))
        self.install_programs()
        for program in ("/usr/bin/etcd", "/usr/bin/patroni", "/bin/sh", "/bin/chown", "/bin/kill"):
            os.makedirs(os.path.dirname(self.root + program), exist_ok=True)
            shutil.copy("/bin/true", self.root + program)
        units = [os.path.basename(path) for path in OTHERS]
        ran = self.analyze("verify", "--man=no", *units)
        self.assertEqual((ran.returncode, ran.stdout + ran.stderr), (0, ""))
        with open(os.path.join(self.folder, "etcd.service.d", "concordat.conf"), "a", encoding="utf-8") as file:
            file.write("Restart=sometimes\n")
        self.assertIn("sometimes", self.analyze("verify", "--man=no", *units).stderr)

    def test_what_cannot_be_read_is_found(self):
        self.install_programs()
        with open(os.path.join(self.folder, "concordat-audit.service"), "a", encoding="utf-8") as file:
            file.write("\n[Service]\nRestart=sometimes\n")
        self.assertIn("sometimes", self.analyze("verify", "--man=no", "concordat-audit.service").stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
