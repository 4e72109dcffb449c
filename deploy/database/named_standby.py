#!/usr/bin/python3
"""Has the agent of this machine name one standby, if it does not.

An agent of Patroni 3.0.2 that starts beside a running server sets synchronous_standby_names to '*', and leaves it so if the
standby that confirms is the one that is in the store. Then any standby may confirm a commit, but only the one in the store may
be promoted: what the other confirmed could be lost, and so no router begins to lead. Asked for two standbys the agent names
both, and asked for one again it names that one. No commit is confirmed by fewer servers meanwhile.

Usage: named_standby.py CONFIGURATION (the agent's). Runs until it is stopped, on each node.
"""

import sys
import time

import psycopg2
import yaml

from nodes import Agents

LOOK_S, LOOKS, ANSWER_S = 2, 3, 2
COUNT, WANTED, FOR_A_MOMENT = "synchronous_node_count", 1, 2


def names_here(configuration):
    """What synchronous_standby_names is, and how many standbys follow; None if this server does not lead, or does not answer."""
    server = configuration["postgresql"]
    try:
        connection = psycopg2.connect(host=server["parameters"]["unix_socket_directories"], port=server["listen"].rsplit(":", 1)[1],
                                      dbname="postgres", user=server["authentication"]["superuser"]["username"],
                                      connect_timeout=ANSWER_S, options=f"-c statement_timeout={ANSWER_S}s")
    except psycopg2.Error:
        return None
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery(), current_setting('synchronous_standby_names'), "
                           "(SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming')")
            follows, names, standbys = cursor.fetchone()
            return None if follows else (names, standbys)
    except psycopg2.Error:
        return None
    finally:
        connection.close()


def count_to_ask_for(looks, names, count):
    """How many standbys the agent is to name, or None: as it is. looks: so often in a row '*' was seen with two standbys there."""
    if names == "*":
        return FOR_A_MOMENT if looks >= LOOKS and count == WANTED else None
    return WANTED if count != WANTED else None


def look(configuration, agents, looks):
    """Looks once, and asks the agent for what is needed. Returns how often in a row no standby was named though two are there."""
    found = names_here(configuration)
    if found is None:
        return 0
    names, standbys = found
    looks = looks + 1 if names == "*" and standbys >= FOR_A_MOMENT else 0
    own = configuration["restapi"]["connect_address"].rsplit(":", 1)[0]
    count = count_to_ask_for(looks, names, agents.ask(own, "config").get(COUNT))
    if count is not None:
        print(f"synchronous_standby_names is {names}: the agent is asked for {count}", flush=True)
        agents.change(own, {COUNT: count})
    return looks


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        configuration = yaml.safe_load(file)
    agents, looks, answers = Agents(configuration), 0, True
    while True:
        time.sleep(LOOK_S)
        try:
            looks, answers = look(configuration, agents, looks), True
        except (OSError, ValueError) as error:
            if answers:
                print(f"the agent does not answer: {error}", flush=True)
            answers = False


if __name__ == "__main__":
    main()
