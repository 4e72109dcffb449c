/* await_lead.c: see await_lead.h. */
#include "broker/await_lead.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "proto/words/now.h"
#include "proto/words/watchdog.h"

static void await_tell(const char *why, const char *meaning)
{
    fprintf(stderr, "concordat-broker: ledger: %s: %s\n", why, meaning);
    sd_notifyf(0, "STATUS=Does not lead. %s: %s", why, meaning);
}

static void await_log(const char *line)
{
    fprintf(stderr, "concordat-broker: %s\n", line);
}

const struct standby_calls await_calls = {.open = ledger_open,
                                          .open_reader = ledger_reader_open,
                                          .now_ms = now_monotonic_ms,
                                          .tell = await_tell,
                                          .log = await_log};

void await_write_leads(struct metrics *metrics, bool leads)
{
    metrics_number(metrics, METRIC_GAUGE, "leads",
                   "1 if this router leads, 0 if it follows another or waits.", leads);
}

static void await_write_figures(struct metrics *metrics)
{
    if (!metrics_begin(metrics, now_boot_ms(), now_wall_ms()))
        return;
    await_write_leads(metrics, false);
    metrics_end(metrics);
}

static bool await_is_stopped(int signals)
{
    struct signalfd_siginfo info;
    bool stopped = false;
    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info)
        stopped |= info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
    return stopped;
}

bool await_lead(struct standby *standby, int signals, struct metrics *metrics, struct ledger **ledger)
{
    struct pollfd poll_for = {signals, POLLIN, 0};
    struct watchdog watchdog;
    watchdog_open(&watchdog);
    for (bool is_ready = false;; is_ready = true) {
        enum standby_turned turned = standby_turn(standby, ledger);
        if (turned == STANDBY_LEADS)
            return true;
        if (!is_ready)
            sd_notify(0, "READY=1");
        await_write_figures(metrics);
        watchdog_turn(&watchdog, now_boot_ms());
        if (poll(&poll_for, 1, turned == STANDBY_HAS_MORE ? 0 : STANDBY_TURN_MS) > 0 &&
            await_is_stopped(signals))
            return false;
    }
}
