"""The life of a key (P10): whatever happens to a key's file or to the folder of keys, what a key is served is soon what the
folder says, at the broker and at an intake, and a bystander's key is served throughout.

Each of CHANGES is made while the key is connected, while it follows, and before it connects for the first time. An intake
has nothing to follow: its devices hear news, and test_intake_process shows that a withdrawn one hears none.

Usage: test_key_life.py SOURCE BUILD
"""

import os
import resource
import shutil
import socket
import time
import unittest

import stage

DEADLINE_S = 20  # the promise is two seconds; a machine with other work takes longer
NOBODY = None
TEAM, OTHER_TEAM = "northmoor-crisis", "southfell-crisis"


class KeyLife:
    """The cases, for a server that a subclass starts: its program, its folder of keys and whom it serves."""

    def setUp(self):
        self.stage = stage.Stage("key-life")
        self.addCleanup(self.stage.close)
        self.wire = self.stage.wire
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.notified.close)
        self.notified.bind(self.stage.path("notify"))
        self.notified.settimeout(DEADLINE_S)
        self.env = {"NOTIFY_SOCKET": self.stage.path("notify")}
        self.start()
        self.role, self.of = self.serves, self.owner
        self.make_key("bystander", self.role, self.of)
        self.admit("bystander")
        self.bystander = self.connect("bystander")
        self.assertEqual(self.observe(self.bystander), (self.role, self.of))

    def file(self, name, folder=None):
        return os.path.join(folder or self.folder, name)

    def make_key(self, name, role, of):
        self.stage.make_key(name, role, of, admitted=False)

    def admit(self, name):
        shutil.copy(self.stage.path("secret", f"{name}.key"), self.file(f"{name}.key.new"))
        os.rename(self.file(f"{name}.key.new"), self.file(f"{name}.key"))

    def connect(self, name):
        client = stage.python_client.Client(
            self.wire, self.endpoint, self.stage.public_key(self.program),
            self.stage.path("secret", f"{name}.key_secret"))
        self.stage.clients.append(client)
        return client

    def observe(self, client, timeout=DEADLINE_S):
        """Returns the role and the owner as which a connection is served, or NOBODY if it is refused."""
        try:
            message = client.request(timeout=timeout, get_board=self.wire.GetBoard())
        except stage.python_client.Refused:
            return NOBODY
        if message.WhichOneof("body") == "answer" and message.answer.refusal:
            return NOBODY
        role = client.welcome.DESCRIPTOR.fields_by_name["role"].enum_type.values_by_number[client.welcome.role].name
        return role.removeprefix("ROLE_").lower(), client.welcome.of

    def expect_bystander(self):
        self.assertEqual(self.observe(self.bystander), (self.serves, self.owner))

    def await_seen(self, client, expected):
        """Asks until the connection is served as expected."""
        deadline = time.monotonic() + DEADLINE_S
        while (seen := self.observe(client)) != expected:
            self.assertLess(time.monotonic(), deadline, f"it is served as {seen} and not as {expected}")
            client.socket.poll(50)  # who asks without a pause is told TOO_MANY, which is an event
        self.expect_bystander()

    def await_log(self, words):
        deadline = time.monotonic() + DEADLINE_S
        while words not in self.stage.said(self.program):
            self.assertLess(time.monotonic(), deadline, self.stage.said(self.program))
            self.expect_bystander()

    def await_notice(self, words):
        """Awaits what the server tells its service manager."""
        while words not in self.notified.recv(8192).decode():
            pass

    # ---- What happens to the key. Each returns as whom the folder says that it is served from then on ----

    def rewrite(self, before, after):
        path = self.file("leaver.key")
        with open(path) as file, open(path + ".new", "w") as new:
            text = file.read()
            self.assertIn(before, text)
            new.write(text.replace(before, after))
        os.rename(path + ".new", path)

    def is_added(self):
        self.admit("leaver")
        return self.role, self.of

    def is_removed(self):
        os.remove(self.file("leaver.key"))
        return NOBODY

    def is_renamed_aside(self):
        os.rename(self.file("leaver.key"), self.file("leaver.key.off"))
        return NOBODY

    def is_renamed_to_another_name(self):
        os.rename(self.file("leaver.key"), self.file("another.key"))
        self.await_log("rename the file to leaver.key")
        return NOBODY

    def has_another_role(self):
        role = self.other_roles[self.role]
        self.rewrite(f'role = "{self.role}"', f'role = "{role}"')
        return (role, self.of) if role in self.other_roles else NOBODY

    def has_another_owner(self):
        self.rewrite(f'of = "{self.of}"', f'of = "{OTHER_TEAM}"')
        return self.role, OTHER_TEAM

    def copy_without_leaver(self):
        shutil.copytree(self.folder, self.folder + "-2")
        os.remove(self.file("leaver.key", self.folder + "-2"))

    def is_not_in_the_folder_that_replaces_the_former(self):
        self.copy_without_leaver()
        os.rename(self.folder, self.folder + "-1")
        os.rename(self.folder + "-2", self.folder)
        return NOBODY

    def is_not_in_the_folder_to_which_the_link_is_turned(self):
        self.copy_without_leaver()
        os.rename(self.folder, self.folder + "-1")
        os.symlink(self.folder + "-1", self.folder)
        self.expect_bystander()
        os.symlink(self.folder + "-2", self.folder + ".new")
        os.rename(self.folder + ".new", self.folder)
        return NOBODY

    def is_unreadable(self):
        """Also for root: a link that leads to itself."""
        os.symlink("leaver.key", self.file("leaver.key.new"))
        os.rename(self.file("leaver.key.new"), self.file("leaver.key"))
        return NOBODY

    def is_not_a_file(self):
        os.mkfifo(self.file("leaver.key.new"))
        os.rename(self.file("leaver.key.new"), self.file("leaver.key"))
        return NOBODY

    def is_removed_while_the_server_has_no_descriptor_to_spare(self):
        self.make_key("witness", self.serves, self.owner)
        self.admit("witness")
        witness = self.connect("witness")
        self.assertEqual(self.observe(witness), (self.serves, self.owner))
        pid = self.stage.processes[self.program].pid
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        used = {int(number) for number in os.listdir(f"/proc/{pid}/fd")}
        lowest_free = min(set(range(len(used) + 1)) - used)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (lowest_free, before[1]))
        os.remove(self.file("leaver.key"))
        os.remove(self.file("witness.key"))
        self.await_seen(witness, NOBODY)
        # The descriptor that the server keeps for this was enough.
        self.assertNotIn("the keys stay as they were", self.stage.said(self.program))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        return NOBODY

    # ---- Whom it happens to ----

    def begin(self, change):
        self.make_key("leaver", self.role, self.of)
        if change != KeyLife.is_added:
            self.admit("leaver")

    def check_connected(self, change):
        self.begin(change)
        client = self.connect("leaver")
        if change == KeyLife.is_added:
            client.send(get_board=self.wire.GetBoard())  # which begins to connect, in vain
            self.expect_bystander()
        else:
            self.assertEqual(self.observe(client), (self.role, self.of))
        self.await_seen(client, change(self))

    def check_new(self, change):
        self.begin(change)
        self.expect_bystander()
        expected = change(self)
        deadline = time.monotonic() + DEADLINE_S
        while (seen := self.observe_new()) != expected:
            self.assertLess(time.monotonic(), deadline, f"it is served as {seen} and not as {expected}")

    def observe_new(self):
        """As observe, of a new connection. A stranger hears nothing: others connect later and are served before."""
        client = self.connect("leaver")
        client.send(get_board=self.wire.GetBoard())
        for _ in range(2):
            self.assertEqual(self.observe(self.connect("bystander")), (self.serves, self.owner))
        try:
            return self.observe(client, timeout=1)
        except TimeoutError:
            return NOBODY

    def check_following(self, change):
        """The follower says nothing more; another connection of its key shows when the change counts."""
        self.role = "inspector"
        self.begin(change)
        probe, follower, fence = self.connect("leaver"), self.connect("leaver"), self.fence
        if change != KeyLife.is_added:
            self.assertEqual(self.observe(probe), (self.role, self.of))
        head = self.follow(fence, 0).feed.head
        follower.send(follow=self.wire.Follow(after=head, credit=1))
        if change != KeyLife.is_added:
            self.assertEqual(self.observe(follower), (self.role, self.of))
        expected = change(self)
        self.await_seen(probe, expected)
        head = self.follow(fence, 0).feed.head
        self.assertTrue(self.source.request(submit=self.stage.submission()).answer.done)
        self.assertTrue(self.follow(fence, head).feed.events)
        may_follow = expected and expected[0] == "inspector"
        if may_follow:
            message = follower.next_message(DEADLINE_S)
            self.assertTrue(message and message.feed.events)
        else:
            self.assertEqual(self.observe(follower), expected)
            heads = [message.feed.head for message in follower.kept if message.WhichOneof("body") == "feed"]
            self.assertFalse([one for one in heads if one > head], "it is told what came after")
        self.expect_bystander()

    def follow(self, client, after):
        return client.request(timeout=DEADLINE_S, follow=self.wire.Follow(after=after, credit=1))

    # ---- What happens to the folder ----

    def begin_with_leaver(self):
        self.begin(None)
        self.leaver = self.connect("leaver")
        self.assertEqual(self.observe(self.leaver), (self.role, self.of))

    def test_the_folder_that_took_the_place_of_the_former_is_watched(self):
        self.begin_with_leaver()
        self.await_seen(self.leaver, self.is_not_in_the_folder_that_replaces_the_former())
        shutil.copy(self.file("leaver.key", self.folder + "-1"), self.file("leaver.key"))
        self.await_seen(self.leaver, (self.role, self.of))

    def test_a_fifo_in_the_folder(self):
        self.begin_with_leaver()
        os.mkfifo(self.file("zz.key"))
        self.await_seen(self.leaver, self.is_removed())

    def test_removed_while_another_file_cannot_be_read(self):
        """The memory of a process has no byte at its beginning: to read it there fails like a disk."""
        self.begin_with_leaver()
        os.symlink("/proc/self/mem", self.file("zz.key"))
        self.await_seen(self.leaver, self.is_removed())
        self.await_log("zz.key: cannot read the key file")
        self.await_notice("STATUS=Only removals of keys count, the folder cannot be read: ")
        os.remove(self.file("zz.key"))
        self.await_log("the keys can be read again")
        self.await_notice("STATUS=Nothing to look after")

    def test_removed_while_others_may_write_in_the_folder(self):
        self.begin_with_leaver()
        os.chmod(self.folder, 0o777)
        self.await_log("`chmod go-w` it")
        self.await_seen(self.leaver, self.is_removed())


CHANGES = (
    KeyLife.is_added, KeyLife.is_removed, KeyLife.is_renamed_aside, KeyLife.is_renamed_to_another_name,
    KeyLife.has_another_role, KeyLife.has_another_owner, KeyLife.is_not_in_the_folder_that_replaces_the_former,
    KeyLife.is_not_in_the_folder_to_which_the_link_is_turned, KeyLife.is_unreadable, KeyLife.is_not_a_file,
    KeyLife.is_removed_while_the_server_has_no_descriptor_to_spare)


class AtTheBroker(KeyLife, unittest.TestCase):
    program, serves, owner = "broker", "team", TEAM
    other_roles = {"team": "inspector", "inspector": "team"}
    checks = (KeyLife.check_connected, KeyLife.check_following, KeyLife.check_new)

    def start(self):
        self.stage.start_broker(env=self.env)
        self.folder, self.endpoint = self.stage.path("keys"), self.stage.endpoint
        self.fence = self.stage.client("fence", "inspector", "council")
        self.source = self.stage.client("street", "source", "street-triage")


class AtAnIntake(KeyLife, unittest.TestCase):
    program, serves, owner = "intake", "referrer", "street-triage"
    other_roles = {"referrer": "team"}
    checks = (KeyLife.check_connected, KeyLife.check_new)

    def start(self):
        self.stage.start_broker()
        self.stage.start_intake(env=self.env)
        self.folder, self.endpoint = self.stage.path("intake-devices"), self.stage.intakes["intake"]


def add_tests(case):
    for check in case.checks:
        for change in CHANGES:
            name = f"test_{check.__name__.removeprefix('check_')}_and_{change.__name__}"
            setattr(case, name, lambda self, check=check, change=change: check(self, change))


add_tests(AtTheBroker)
add_tests(AtAnIntake)

if __name__ == "__main__":
    unittest.main(verbosity=2)
