"""The demo's pages for browsers: a gateway with a desk for each source, team and coordinator, and who may sign in there."""

import asyncio
import json

from programs import RING, SOURCES, Failure, Program, desk, run_alone
from tls_end import TlsEnd

# A person who watches the day does not touch the page. It would be locked after two minutes.
LOCK_MINUTES = "30"
ANSWER_SECONDS = 30     # for the router to answer every desk
LOOK_SECONDS = 0.2      # between looks at the page that says whether it does

# (id, name, role, of, what they are, their work). Invented.
PEOPLE = (
    ("p301", "Kit Moreau", "referrer", "street-triage", "street-triage-nurse", "street triage nurse"),
    ("p302", "Dana Whitlock", "referrer", "liaison-and-diversion", "liaison-and-diversion-practitioner", "custody practitioner"),
    ("p303", "Ines Carver", "referrer", "emergency-department", "triage-nurse", "emergency department"),
    ("p101", "Sam Okafor", "team", "northmoor-crisis", "team-clinician", "crisis team, Northmoor"),
    ("p201", "Ash O'Neil-Żak", "coordinator", "northmoor-duty", "duty-coordinator", "duty coordinator"),
    ("p401", "Noor Haddad", "auditor", "audit", None, "auditor"),
)


class Pages(Program):
    def __init__(self, region):
        self.socket = region.path("gateway.socket")
        self.tls = TlsEnd(region.pages_port, self.socket, region.path("gateway.pem"), region.path("secret", "gateway.key"))
        super().__init__(
            region, "gateway", "concordat-gateway", "--listen", f"unix:{self.socket}", "--origin", self.tls.origin,
            "--people", region.path("people"), "--desks", region.path("desks"), "--broker", region.broker,
            "--broker-key", region.path("secret", "broker.key"), "--trail", region.path("audit", "trail.db"),
            "--ring", RING, "--lock-minutes", LOCK_MINUTES)
        self.drawn = {}     # the password and the secret of one-time codes of each person

    async def start(self):
        path = self.region.path
        with open(path("desks"), "w", encoding="utf-8") as file:
            file.writelines(path("secret", f"{desk(name)}.key_secret") + "\n"
                            for name in (*self.region.teams, *self.region.coordinators))
            file.writelines(f"{path('secret', f'{desk(source)}.key_secret')} {self.region.intakes[source]} "
                            f"{path('secret', f'{source}.key')}\n" for source in SOURCES)
        if complaint := await self.tls.open():
            raise Failure(f"no certificate for the pages: {complaint}")
        await asyncio.gather(*(self._add(*person) for person in PEOPLE))
        await super().start()
        await self.await_word("listening")

    async def _add(self, number, name, role, of, staff, _):
        self.drawn[number] = json.loads(await run_alone(
            self.region, "people", "add", number, "--file", self.region.path("people"), "--name", name, "--role", role,
            "--of", of, *(("--staff-role", staff) if staff else ()), "--json"))

    async def stop(self):
        await self.tls.close()
        await super().stop()

    async def status(self):
        """The status of the public page, once the router answers every desk; what it is by then if it does not."""
        status = 0
        for _ in range(int(ANSWER_SECONDS / LOOK_SECONDS)):
            status = await self.tls.status_of("/status")
            if status == 200:
                break
            await asyncio.sleep(LOOK_SECONDS)
        return status

    def print_sign_ins(self):
        print(f"\nIn a browser: {self.tls.origin}\n"
              "It warns of the certificate, because this machine made it just now and nobody vouches for it: go on all the same.\n"
              "Sign in as one of these. The last column is a command for another terminal: it prints the six digits.\n")
        for number, *_, work in PEOPLE:
            drawn = self.drawn[number]
            print(f"  {work:23} {number}  {drawn['password']}  oathtool --totp -b {drawn['secret']}")
        print("\nSix digits count once; new ones come every half minute. Two people need two browsers, or a private window.",
              flush=True)
