"""The life of a key (P10): whatever happens to a key's file or to the folder of keys, a connected key is soon served only
what the folder says, at the broker and at an intake, and a bystander's key is served throughout.

Usage: test_key_life.py SOURCE BUILD
"""

import os
import resource
import shutil
import time
import unittest

import stage

DEADLINE_S = 20  # the promise is two seconds; a machine with other work takes longer


class KeyLife:
    """The cases, for a server that a subclass starts: its folder of keys, its process and two connected keys."""

    def setUp(self):
        self.stage = stage.Stage("key-life")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.start()
        self.assertTrue(self.is_served(self.leaver) and self.is_served(self.bystander))

    def file(self, name, folder=None):
        return os.path.join(folder or self.folder, name)

    def is_served(self, client):
        try:
            return client.request(timeout=DEADLINE_S, get_board=self.wire.GetBoard()).answer.refusal == 0
        except stage.python_client.Refused:
            return False

    def await_end(self):
        """Asks until the key is served no more."""
        deadline = time.monotonic() + DEADLINE_S
        while self.is_served(self.leaver):
            self.assertLess(time.monotonic(), deadline, "the key is still served")
        self.assertTrue(self.is_served(self.bystander))

    def await_service(self):
        deadline = time.monotonic() + DEADLINE_S
        while not self.is_served(self.leaver):
            self.assertLess(time.monotonic(), deadline, "the key is not served again")

    def await_log(self, words):
        deadline = time.monotonic() + DEADLINE_S
        while words not in self.stage.said(self.program):
            self.assertLess(time.monotonic(), deadline, self.stage.said(self.program))
            self.assertTrue(self.is_served(self.bystander))

    def copy_without_leaver(self):
        shutil.copytree(self.folder, self.folder + "-2")
        os.remove(self.file("leaver.key", self.folder + "-2"))

    def rewrite(self, before, after):
        path = self.file("leaver.key")
        with open(path) as file, open(path + ".new", "w") as new:
            text = file.read()
            self.assertIn(before, text)
            new.write(text.replace(before, after))
        os.rename(path + ".new", path)

    def test_removed(self):
        os.remove(self.file("leaver.key"))
        self.await_end()

    def test_renamed_aside(self):
        os.rename(self.file("leaver.key"), self.file("leaver.key.off"))
        self.await_end()

    def test_renamed_to_what_is_not_its_name(self):
        os.rename(self.file("leaver.key"), self.file("another.key"))
        self.await_end()
        self.assertIn("rename the file to leaver.key", self.stage.said(self.program))

    def test_given_a_role_that_this_server_does_not_serve(self):
        self.rewrite(f'"{self.role}"', f'"{self.other_role}"')
        self.await_end()

    def test_folder_replaced(self):
        self.copy_without_leaver()
        os.rename(self.folder, self.folder + "-1")
        os.rename(self.folder + "-2", self.folder)
        self.await_end()
        # From now on it is the new folder that is watched.
        shutil.copy(self.file("leaver.key", self.folder + "-1"), self.file("leaver.key"))
        self.await_service()

    def test_symbolic_link_turned(self):
        self.copy_without_leaver()
        os.rename(self.folder, self.folder + "-1")
        os.symlink(self.folder + "-1", self.folder)
        self.assertTrue(self.is_served(self.leaver))
        os.symlink(self.folder + "-2", self.folder + ".new")
        os.rename(self.folder + ".new", self.folder)
        self.await_end()

    def test_a_fifo_in_the_folder(self):
        os.mkfifo(self.file("zz.key"))
        os.remove(self.file("leaver.key"))
        self.await_end()

    def test_made_unreadable(self):
        os.rename(self.file("leaver.key"), self.file("held"))
        os.mkdir(self.file("leaver.key"))
        self.await_end()

    def test_removed_while_the_server_has_no_descriptor_to_spare(self):
        pid = self.stage.processes[self.program].pid
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        used = {int(number) for number in os.listdir(f"/proc/{pid}/fd")}
        lowest_free = min(set(range(len(used) + 1)) - used)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest_free, before[1]))
        os.remove(self.file("leaver.key"))
        self.await_end()
        # The descriptor that is kept for this was enough.
        self.assertNotIn("the keys stay as they were", self.stage.said(self.program))

    def test_removed_while_another_file_cannot_be_read(self):
        """The memory of a process has no byte at its beginning: to read it there fails like a disk."""
        os.symlink("/proc/self/mem", self.file("zz.key"))
        os.remove(self.file("leaver.key"))
        self.await_end()
        self.await_log("zz.key: cannot read the key file")
        os.remove(self.file("zz.key"))
        self.await_log("the keys can be read again")

    def test_removed_while_others_may_write_in_the_folder(self):
        os.chmod(self.folder, 0o777)
        self.await_log("`chmod go-w` it")
        os.remove(self.file("leaver.key"))
        self.await_end()


class AtTheBroker(KeyLife, unittest.TestCase):
    program, role, other_role = "broker", "team", "referrer"

    def start(self):
        self.stage.start_broker()
        self.folder = self.stage.path("keys")
        self.leaver = self.stage.client("leaver", "team", "northmoor-crisis")
        self.bystander = self.stage.client("bystander", "team", "northmoor-crisis")


class AtAnIntake(KeyLife, unittest.TestCase):
    program, role, other_role = "intake", "referrer", "team"

    def start(self):
        self.stage.start_broker()
        self.stage.start_intake()
        self.folder = self.stage.path("intake-devices")
        self.leaver = self.stage.device("leaver")
        self.bystander = self.stage.device("bystander")


if __name__ == "__main__":
    unittest.main(verbosity=2)
