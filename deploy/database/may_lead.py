#!/usr/bin/python3
"""Patroni asks this before it promotes a server (pre_promote): no, if another server has a later timeline than this one, or
if no other says which it has.

The old primary may come back just when the lease of the next one runs out, with a vote that still names it the leader.
Patroni 3.0.2 then promotes it, and what the next one had acknowledged is gone. But what was acknowledged is on two of three
servers: either this one has it, or each of the others has followed the next one, and its timeline says so. The servers are
asked, not their agents: an agent of Patroni 3.0.2 tells a timeline that it found before.

Usage: may_lead.py HOW OWN_SERVER OTHER_SERVER... (addresses with ports). HOW is what libpq is told of each connection: a user who
may replicate, and a file with the password (user=replicator passfile=FILE ...).
"""

import sys
import threading

import psycopg2
from psycopg2.extras import PhysicalReplicationConnection

CONNECT_S, ANSWER_S = 2, 5  # a server that is stopped takes a connection and says nothing


def ask(server, how, timelines, answered):
    """Notes the timeline of a server, if it says so."""
    host, port = server.rsplit(":", 1)
    try:
        connection = psycopg2.connect(how, host=host, port=port, connect_timeout=CONNECT_S,
                                      connection_factory=PhysicalReplicationConnection)
        with connection.cursor() as cursor:
            cursor.execute("IDENTIFY_SYSTEM")
            timelines[server] = int(cursor.fetchone()[1])
            answered.release()
    except psycopg2.Error as error:
        print(f"{server}: {str(error).splitlines()[0] if str(error) else type(error).__name__}", flush=True)


def may_lead(own, others):
    """own: the timeline of this server; others: what others said; None is silence."""
    known = [timeline for timeline in others if timeline]
    return bool(own and known and max(known) <= own)


def main():
    how, servers, timelines, answered = sys.argv[1], sys.argv[2:], {}, threading.Semaphore(0)
    for server in servers:
        threading.Thread(target=ask, args=(server, how, timelines, answered), daemon=True).start()
    # This one and any other are enough: if this one has not all that was acknowledged, both others have it.
    while (servers[0] not in timelines or len(timelines) < 2) and answered.acquire(timeout=ANSWER_S):
        pass
    own, others = timelines.get(servers[0]), [timelines.get(server) for server in servers[1:]]
    print(f"own timeline {own}, the others' {others}", flush=True)
    sys.exit(0 if may_lead(own, others) else 1)  # the agent asks again after a lease


if __name__ == "__main__":
    main()
