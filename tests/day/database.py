"""The demo's ledger on servers: three of PostgreSQL, and two routers of which one leads and one follows."""

import asyncio
import os
import sys

from programs import Failure, Program, router, run_alone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "worlds"))
import postgres  # noqa: E402

DEPOSED, CANNOT = 112, 111  # exit codes after which a service manager starts a router again


class Router(Program):
    """Is started again when it leads no longer, as its service manager would."""

    deposed = 0  # how often

    async def on_own_end(self, code):
        if code in (DEPOSED, CANNOT):
            self.deposed += code == DEPOSED
            await self.start()
        else:
            await super().on_own_end(code)


class Database:
    def __init__(self, region):
        if not postgres.is_installed():
            raise Failure("PostgreSQL 15 is not installed: use deploy/demo, or install postgresql-15")
        self.region, self.servers, self.failed_over = region, None, False

    def routers(self):
        addresses = ",".join(self.region.path("servers", name) for name in "abc")
        ledger = f"postgresql://concordat_broker@/concordat?host={addresses}"
        return [Router(*router(self.region, name, listen, "--ledger", ledger))
                for name, listen in zip(("broker", "broker-2"), self.region.brokers)]

    async def start(self):
        os.chmod(self.region.folder, 0o711)  # the servers run as a user of their own
        os.mkdir(self.region.path("servers"), 0o755)
        self.servers = await asyncio.to_thread(postgres.Servers, self.region.path("servers"), True, True)
        schema = await run_alone(self.region, "schema", program="concordat-ledger")
        self.servers.a.sql("CREATE DATABASE concordat")
        self.servers.a.sql(schema, "concordat")

    async def fail_over(self):
        await asyncio.to_thread(self.servers.fail_over)
        self.failed_over = True

    def close(self):
        if self.servers:
            self.servers.close()
            self.servers = None
