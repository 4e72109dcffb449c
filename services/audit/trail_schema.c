/* trail_schema.c: the tables of trail.db, written for a person who opens it with sqlite3.
 *
 * Coded values are plain words, with the national code, if there is one, beside them (*_code). Times are
 * UTC milliseconds since 1970 (*_ms); views say the main ones as text. NULL is "not recorded". Nothing that
 * somebody typed freely about a person is copied out of the events' bytes.
 */
#include "services/audit/trail_schema.h"

#include <stddef.h>

static const char *const statements[] = {
    "CREATE TABLE event ("
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, referral TEXT,"
    "  actor TEXT,"                    /* name of the key that did it; NULL: time did */
    "  actor_device TEXT,"             /* name of the device's key for which an intake did it */
    "  person TEXT, person_role TEXT," /* who was at the keyboard: an id of the site's own list, and a role */
    "  body BLOB NOT NULL,"  /* the exact bytes of a concordat.v1.Event, in the form that the table form says
                              */
    "  chain BLOB NOT NULL," /* BLAKE2b-256 over the chain value before it and the digests of both forms */
    "  other BLOB NOT NULL"  /* the digest of the other form */
    ") STRICT",
    "CREATE INDEX event_of_referral ON event (referral) WHERE referral IS NOT NULL",
    "CREATE INDEX event_by_time ON event (at_ms)",
    "CREATE INDEX event_received ON event (referral, at_ms) WHERE kind = 'received'",
    "CREATE TABLE form (" /* one row: 'full', which an inspector gets, or 'reduced', which an auditor gets */
    "  form TEXT PRIMARY KEY, from_seq INTEGER NOT NULL"
    ") STRICT",

    "CREATE TABLE referral ("
    "  referral TEXT PRIMARY KEY, number TEXT NOT NULL, drill INTEGER NOT NULL,"
    "  source TEXT, source_code TEXT, organisation TEXT, site TEXT," /* the site's id in the directory */
    "  referrer_role TEXT,"
    "  urgency TEXT, urgency_code TEXT, urgency_set_by TEXT," /* as recorded */
    "  routed_as TEXT,"                                       /* the urgency used */
    "  area TEXT, postcode_district TEXT, primary_reason TEXT, presenting_code TEXT, needs TEXT, flags TEXT,"
    "  safeguarding TEXT, safeguarding_codes TEXT,"
    "  intoxicated TEXT, age_years INTEGER, age_estimated INTEGER, gender TEXT, ethnic_category TEXT,"
    "  looks_under_18 TEXT, age_used TEXT," /* by the age that the router used; NULL: it knew none */
    "  ethnicity_stated_by TEXT, language TEXT, interpreter_needed TEXT,"
    "  legal_status TEXT, legal_status_code TEXT, power_used_at_ms INTEGER,"
    "  arrived_at_place_of_safety_at_ms INTEGER, place_of_safety TEXT, transport TEXT,"
    "  police_vehicle_reason TEXT, chosen_for_physical_need TEXT, handover_done_at_ms INTEGER,"
    "  used_in_dwelling TEXT, person_agrees_to_home TEXT, occupier_agrees_to_home TEXT, lives_alone_there TEXT,"
    "  street_triage_model TEXT, scene_safety TEXT, section_136_used TEXT, kind_of_place TEXT,"
    "  point_of_contact TEXT, offence_category TEXT,"
    "  screened TEXT, screened_at_ms INTEGER, assessed TEXT, assessed_at_ms INTEGER,"
    "  consent_to_share_with_justice TEXT, arrived_at_department_at_ms INTEGER, self_harm TEXT,"
    "  physically_cleared TEXT, psychosocially_assessed TEXT, psychosocially_assessed_at_ms INTEGER,"
    "  decided_at_ms INTEGER, decided_basis TEXT,"
    "  entered_at_ms INTEGER," /* by the duty coordinator, for somebody who rang; NULL: its referrer sent it
                                */
    "  received_at_ms INTEGER NOT NULL, first_offer_at_ms INTEGER, first_accepted_at_ms INTEGER,"
    "  first_accepted_team TEXT, last_accepted_team TEXT," /* they differ if the case went on to another */
    "  referrer_told_at_ms INTEGER,"      /* first told who has it in hand, or what came of it */
    "  first_contact_at_ms INTEGER,"      /* of any kind */
    "  first_face_to_face_at_ms INTEGER," /* the earliest that counts as seen, not before the receipt */
    "  ended_at_ms INTEGER, outcome TEXT, closed_by TEXT, closing_code TEXT,"
    "  without_contact TEXT," /* why it closed though nobody had met the person */
    "  state TEXT, offers INTEGER NOT NULL DEFAULT 0,"
    /* Another provider has it: when that was first told here, its ODS code, and when it received it. The
     * national wait runs from then, and is that provider's to report. */
    "  passed_on_at_ms INTEGER, passed_to TEXT, provider_received_at_ms INTEGER,"
    "  follows TEXT,"        /* the number of the earlier case after which help was asked for again */
    "  erased_at_ms INTEGER" /* nobody can open the texts about the person since then */
    ") STRICT",
    "CREATE INDEX referral_received ON referral (received_at_ms)",

    "CREATE TABLE change (" /* of a field by an update; of a text, and in the reduced form, not what it was */
    "  seq INTEGER NOT NULL, position INTEGER NOT NULL, referral TEXT NOT NULL, field TEXT NOT NULL,"
    "  was TEXT, became TEXT, cleared INTEGER NOT NULL,"
    "  seen_at_ms INTEGER," /* when somebody who was told first said that they saw it */
    "  PRIMARY KEY (seq, position)"
    ") STRICT",
    "CREATE INDEX change_of_referral ON change (referral)",

    "CREATE TABLE offer ("
    "  referral TEXT NOT NULL, attempt INTEGER NOT NULL, team TEXT NOT NULL, round INTEGER NOT NULL,"
    "  handover INTEGER NOT NULL, assigned INTEGER NOT NULL,"
    "  late INTEGER NOT NULL,"   /* the team said yes after its time to answer, and nobody had the case */
    "  sought INTEGER NOT NULL," /* by the ladder, while another team had it */
    "  differs TEXT,"            /* what the team is not there for */
    "  offered_seq INTEGER NOT NULL, offered_at_ms INTEGER NOT NULL, expires_at_ms INTEGER,"
    "  delivered_at_ms INTEGER," /* to a device of the team */
    "  seen_at_ms INTEGER,"      /* by a person */
    "  ended_seq INTEGER, ended_at_ms INTEGER, ended_as TEXT, reason TEXT, reason_code TEXT,"
    "  free_places_shown INTEGER, capacity_age_min INTEGER,"
    "  PRIMARY KEY (referral, attempt)"
    ") STRICT",
    "CREATE TABLE acceptance ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, team TEXT NOT NULL, accepted_at_ms INTEGER NOT NULL,"
    "  expected_arrival_at_ms INTEGER, warned_at_ms INTEGER,"
    "  seeking TEXT," /* as of the acceptance: another team that comes, or comes sooner, is sought */
    "  ended_seq INTEGER, ended_at_ms INTEGER, ended_as TEXT"
    ") STRICT",
    "CREATE INDEX acceptance_of_referral ON acceptance (referral)",
    "CREATE TABLE custody_interval ("
    "  referral TEXT NOT NULL, from_seq INTEGER NOT NULL, from_ms INTEGER NOT NULL,"
    "  to_seq INTEGER, to_ms INTEGER," /* NULL while it lasts */
    "  owner_kind TEXT NOT NULL, owner TEXT, act_by_ms INTEGER,"
    "  PRIMARY KEY (referral, from_seq)"
    ") STRICT",
    "CREATE TABLE decision ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, result TEXT NOT NULL,"
    "  team TEXT, coordinator TEXT, hold_reason TEXT, round INTEGER, assigned INTEGER, handover INTEGER,"
    "  policy TEXT"
    ") STRICT",
    "CREATE TABLE wish ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT, wish TEXT"
    ") STRICT",
    "CREATE TABLE reopening (" /* of a case whose end was a mistake; between the two nobody owned it */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT, undone TEXT,"
    "  team TEXT," /* that has it again, as it was */
    "  coordinator TEXT, previous_seq INTEGER NOT NULL, ended_at_ms INTEGER"
    ") STRICT",
    "CREATE TABLE closing (" /* without contact: asked for by the team, or kept open by the coordinator */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT, what TEXT NOT NULL,"
    "  team TEXT, outcome TEXT, without_contact TEXT"
    ") STRICT",
    "CREATE TABLE passed_on (" /* to another provider: each time that somebody said so, or corrected it */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT,"
    "  provider TEXT," /* ODS code */
    "  received_at_ms INTEGER"
    ") STRICT",
    "CREATE TABLE finding (" /* what a decision found about each team */
    "  seq INTEGER NOT NULL, position INTEGER NOT NULL, team TEXT NOT NULL, finding TEXT, rung INTEGER,"
    "  times_asked INTEGER, free_places INTEGER, capacity_age_min INTEGER, load INTEGER,"
    "  PRIMARY KEY (seq, position)"
    ") STRICT",
    "CREATE TABLE check_in ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, team TEXT, step TEXT,"
    "  occurred_at_ms INTEGER NOT NULL, occurred_basis TEXT, mechanism TEXT, mechanism_code TEXT,"
    "  attend_status TEXT, attend_code TEXT, counts_as_seen INTEGER NOT NULL,"
    "  before_receipt INTEGER NOT NULL" /* the person was seen, but before the receipt: counted apart */
    ") STRICT",

    "CREATE TABLE clock ("
    "  referral TEXT NOT NULL, clock TEXT NOT NULL, standard TEXT, started_at_ms INTEGER NOT NULL,"
    "  started_basis TEXT, due_at_ms INTEGER NOT NULL, stopped_at_ms INTEGER, breached_at_ms INTEGER,"
    "  PRIMARY KEY (referral, clock)"
    ") STRICT",
    "CREATE TABLE breach ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, clock TEXT, standard TEXT,"
    "  due_at_ms INTEGER NOT NULL"
    ") STRICT",
    "CREATE TABLE clock_warning ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, clock TEXT, standard TEXT,"
    "  due_at_ms INTEGER NOT NULL"
    ") STRICT",
    "CREATE TABLE detention (" /* the history of detentions: each row is an entry, and none replaces another
                                */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT, step TEXT,"
    "  occurred_at_ms INTEGER, occurred_basis TEXT, power TEXT, power_code TEXT, place TEXT,"
    "  at_door INTEGER NOT NULL, done_by TEXT, second_person TEXT," /* ids of the site's own list */
    "  ended_as TEXT, without_amhp TEXT, extension_min INTEGER, extension_reason TEXT,"
    "  by_responsible_doctor INTEGER NOT NULL, assessed_at_station INTEGER NOT NULL, grounds TEXT,"
    "  from_referral INTEGER NOT NULL," /* 1: a referral or an update says it */
    /* What followed from it: the start and the end of the hours, and what is outside the law as recorded. */
    "  state TEXT, started_at_ms INTEGER, until_ms INTEGER, corrected_at_ms INTEGER, found TEXT"
    ") STRICT",
    "CREATE INDEX detention_of_referral ON detention (referral)",
    "CREATE TABLE contact_try (" /* the person could not be reached */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT,"
    "  tries INTEGER NOT NULL, mechanism TEXT, next TEXT, next_at_ms INTEGER"
    ") STRICT",
    "CREATE INDEX contact_try_of_referral ON contact_try (referral)",
    "CREATE TABLE missing (" /* the person was missing, seen again, or found: each row is what was said then
                              */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT, what TEXT NOT NULL,"
    "  seen_at_ms INTEGER, place TEXT, found_by TEXT, team TEXT" /* that had the case before */
    ") STRICT",
    "CREATE INDEX missing_of_referral ON missing (referral)",
    "CREATE TABLE request (" /* what was asked for beside the team: each row is what was said then */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT,"
    "  request INTEGER NOT NULL, what TEXT, state TEXT, asked_of TEXT, log_number TEXT,"
    "  times INTEGER, remind_at_ms INTEGER, from_referral INTEGER NOT NULL, found TEXT"
    ") STRICT",
    "CREATE INDEX request_of_referral ON request (referral)",
    "CREATE TABLE request_reminder ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    "  request INTEGER NOT NULL, what TEXT, state TEXT, times INTEGER"
    ") STRICT",
    "CREATE TABLE reminder ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, coordinator TEXT,"
    "  times INTEGER, unheard INTEGER NOT NULL," /* reminders before it that nobody has acknowledged */
    "  also TEXT"                                /* the other coordinators who were told, in their order */
    ") STRICT",
    "CREATE TABLE shift (" /* who came, went and handed over, at a team or a coordinator's desk */
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, step TEXT, team TEXT, coordinator TEXT,"
    "  person TEXT, with_person TEXT," /* signed by person, for with_person */
    "  cases TEXT,"                    /* the people's cases that were in hand */
    "  left_out INTEGER NOT NULL"
    ") STRICT",
    "CREATE TABLE message (" /* between those who work on a case: its text is nowhere here */
    "  seq INTEGER NOT NULL, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, sent_from TEXT, sender TEXT,"
    "  sent_to TEXT NOT NULL, team TEXT," /* if it is to a team: which */
    "  seen_at_ms INTEGER,"               /* when they first said that they saw it */
    "  PRIMARY KEY (seq, sent_to)"
    ") STRICT",
    "CREATE TABLE acknowledgement (" /* a person has heard of the case */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, coordinator TEXT, person TEXT,"
    "  muted_until_ms INTEGER"
    ") STRICT",
    "CREATE TABLE team_silent (" /* no device of the team that has the case was there for too long */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, team TEXT,"
    "  since_ms INTEGER NOT NULL"
    ") STRICT",
    "CREATE TABLE asked_again (" /* the case turned worse since somebody had heard of it */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, why TEXT"
    ") STRICT",
    "CREATE TABLE passed_over (" /* from a coordinator whom the policy no longer has */
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, coordinator TEXT,"
    "  previous TEXT"
    ") STRICT",
    "CREATE TABLE record_read ("
    "  seq INTEGER PRIMARY KEY, referral TEXT, at_ms INTEGER NOT NULL, actor TEXT, role TEXT,"
    "  on_behalf_of TEXT,"
    "  break_glass TEXT,"    /* if a coordinator read beyond their areas: why */
    "  who INTEGER NOT NULL" /* 1: not the record was read, but who had to do with the case */
    ") STRICT",
    "CREATE TABLE erasure ("
    "  seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT, reason TEXT,"
    "  erased_by TEXT, second_person TEXT" /* ids, never names; NULL for an auditor */
    ") STRICT",
    "CREATE TABLE hold (" /* kept a case from being erased; lifted_* are NULL while it stands */
    "  set_seq INTEGER PRIMARY KEY, referral TEXT NOT NULL, reason TEXT, set_at_ms INTEGER NOT NULL,"
    "  set_by TEXT, lifted_seq INTEGER, lifted_at_ms INTEGER, lifted_by TEXT"
    ") STRICT",
    "CREATE INDEX hold_of_referral ON hold (referral)",
    "CREATE TABLE refused_command ("
    "  seq INTEGER PRIMARY KEY, referral TEXT, at_ms INTEGER NOT NULL, actor TEXT, command TEXT,"
    "  refusal TEXT, left_out INTEGER NOT NULL"
    ") STRICT",
    "CREATE TABLE team ("
    "  team TEXT PRIMARY KEY, name TEXT, team_type TEXT, organisation TEXT, telephone TEXT,"
    "  in_force INTEGER NOT NULL" /* stands in the latest policy */
    ") STRICT",
    "CREATE TABLE policy (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, digest TEXT) STRICT",
    "CREATE TABLE presence ("
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, team TEXT, coordinator TEXT, present INTEGER,"
    "  lapsed INTEGER"
    ") STRICT",
    "CREATE TABLE capacity ("
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, team TEXT, free_places INTEGER, good_until_ms INTEGER"
    ") STRICT",
    "CREATE TABLE cover (" /* a coordinator could see another's area; ended early if until_ms is at_ms */
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, coordinator TEXT, area TEXT,"
    "  until_ms INTEGER NOT NULL, reason TEXT, actor TEXT"
    ") STRICT",
    "CREATE TABLE clock_correction (" /* how far the ledger's time stands ahead of UTC from then on */
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, ahead_ms INTEGER NOT NULL, confirmed INTEGER NOT NULL"
    ") STRICT",
    "CREATE TABLE broker_start ("
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, version TEXT, replayed INTEGER,"
    "  state_digest TEXT"
    ") STRICT",
    "CREATE TABLE alteration (" /* the router found that something stored is not what was written: it stands
                                 */
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, referral TEXT, what TEXT, of INTEGER NOT NULL"
    ") STRICT",
    "CREATE TABLE snapshot (" /* of the router's state as of event `of` */
    "  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, of INTEGER NOT NULL, state_digest TEXT"
    ") STRICT",
    /* What the follower found wrong with the feed; the one table that is not made from events. */
    "CREATE TABLE alarm (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, text TEXT NOT NULL) STRICT",

    "CREATE VIEW contact AS SELECT * FROM check_in WHERE step = 'contact'",
    "CREATE VIEW referral_times AS SELECT number, source, routed_as, state, outcome,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', decided_at_ms / 1000.0, 'unixepoch') AS decided_at,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', received_at_ms / 1000.0, 'unixepoch') AS received_at,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', first_offer_at_ms / 1000.0, 'unixepoch') AS first_offer_at,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', first_accepted_at_ms / 1000.0, 'unixepoch') AS first_accepted_at,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', referrer_told_at_ms / 1000.0, 'unixepoch') AS referrer_told_at,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', first_contact_at_ms / 1000.0, 'unixepoch') AS first_contact_at,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', first_face_to_face_at_ms / 1000.0, 'unixepoch')"
    "    AS first_face_to_face_at,"
    "  passed_to, strftime('%Y-%m-%dT%H:%M:%fZ', provider_received_at_ms / 1000.0, 'unixepoch')"
    "    AS provider_received_at,"
    "  strftime('%Y-%m-%dT%H:%M:%fZ', ended_at_ms / 1000.0, 'unixepoch') AS ended_at"
    " FROM referral",

    /* The trail knows nothing later. In the reduced form the newest event need not be the latest. */
    "CREATE VIEW latest AS SELECT max(at_ms) AS at_ms FROM event",
    /* The custody rule, in its one place: owned intervals tile a referral's life. Put between two marks, for
     * receipt and end, each stretch must begin when the one before it ended; if not, there is a fault. Open
     * stretches reach one millisecond beyond the latest event, so that a case unowned right now is seen too.
     */
    "CREATE VIEW custody_fault AS"
    " WITH horizon AS (SELECT at_ms + 1 AS ms FROM latest),"
    " stretch (referral, seq, from_ms, to_ms) AS ("
    "   SELECT referral, 0, coalesce(entered_at_ms, received_at_ms), coalesce(entered_at_ms, received_at_ms)"
    "     FROM referral"
    "   UNION ALL SELECT referral, from_seq, from_ms, coalesce(to_ms, (SELECT ms FROM horizon))"
    "     FROM custody_interval"
    "   UNION ALL SELECT referral, previous_seq, ended_at_ms, at_ms FROM reopening"
    "   UNION ALL SELECT referral, 9223372036854775807, coalesce(ended_at_ms, (SELECT ms FROM horizon)), NULL"
    "     FROM referral),"
    " joint AS (SELECT referral, from_ms,"
    "   lag(to_ms) OVER (PARTITION BY referral ORDER BY seq) AS before_ms FROM stretch)"
    " SELECT referral, CASE WHEN before_ms < from_ms THEN 'gap' ELSE 'overlap' END AS fault,"
    "   min(before_ms, from_ms) AS from_ms, max(before_ms, from_ms) AS to_ms"
    " FROM joint WHERE before_ms <> from_ms",
    /* Time that an owner let pass after the moment by which it had to act. */
    "CREATE VIEW custody_overdue AS"
    " SELECT referral, from_seq, owner_kind, owner, act_by_ms,"
    "   coalesce(to_ms, (SELECT at_ms FROM latest)) - act_by_ms AS overdue_ms"
    " FROM custody_interval WHERE coalesce(to_ms, (SELECT at_ms FROM latest)) > act_by_ms",
};

const char *const trail_schema_derived[] = {"event",
                                            "form",
                                            "referral",
                                            "offer",
                                            "acceptance",
                                            "custody_interval",
                                            "decision",
                                            "finding",
                                            "check_in",
                                            "clock",
                                            "breach",
                                            "clock_warning",
                                            "detention",
                                            "request",
                                            "request_reminder",
                                            "missing",
                                            "contact_try",
                                            "reminder",
                                            "record_read",
                                            "erasure",
                                            "hold",
                                            "refused_command",
                                            "team",
                                            "policy",
                                            "presence",
                                            "capacity",
                                            "cover",
                                            "broker_start",
                                            "snapshot",
                                            "alteration",
                                            "clock_correction",
                                            "wish",
                                            "passed_over",
                                            "acknowledgement",
                                            "asked_again",
                                            "team_silent",
                                            "message",
                                            "shift",
                                            "reopening",
                                            "closing",
                                            "passed_on",
                                            NULL};

int trail_schema_create(sqlite3 *database)
{
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        int made = sqlite3_exec(database, statements[i], NULL, NULL, NULL);
        if (made != SQLITE_OK)
            return made;
    }
    return SQLITE_OK;
}
