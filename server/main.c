/* The program larderd: settings, then spawner, listeners, registry, HTTP; then signals until the
 * end.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/priority.h"
#include "server/management.h"
#include "server/notify.h"
#include "server/service.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_SETTINGS = 2, MAX_LOADERS = 4, OWN_DESCRIPTORS = 128, CACHED_MS = 2000 };

struct daemon {
    struct lar_config_source source;
    struct lar_config *config;
    struct lar_log log;
    struct lar_access_log *access_log;
    struct lar_spawner *spawner;
    struct lar_listeners listeners;
    struct lar_management *management;
    struct lar_registry *registry;
    struct lar_service service;
};

/* The last part of PATH may be missing at the first start. */
static bool make_folder(const char *path, struct lar_error *err)
{
    return mkdir(path, 0750) == 0 || errno == EEXIST || lar_fail_errno(err, errno, "%s", path);
}

static bool name_models(struct lar_registry_settings *settings, const struct lar_strings *model,
                        struct lar_error *err)
{
    settings->named = calloc(model->n + 1, sizeof *settings->named);
    if (!settings->named)
        return lar_fail(err, LAR_ERR_NOMEM, "settings");
    for (size_t i = 0; i < model->n; i++) {
        const char *equals = strchr(model->items[i], '=');
        struct lar_span name = {model->items[i], equals ? (size_t)(equals - model->items[i]) : 0};
        if (!equals || !lar_name_valid(name) || !equals[1])
            return lar_fail(err, LAR_ERR_INVALID, "model wants NAME=PATH, not '%.200s'",
                            model->items[i]);
        settings->named[i].name = strndup(name.at, name.size);
        settings->named[i].path = equals + 1;
        settings->n_named++;
        if (!settings->named[i].name)
            return lar_fail(err, LAR_ERR_NOMEM, "settings");
    }
    return true;
}

static bool start_registry(struct daemon *d, struct lar_error *err)
{
    const struct lar_config *c = d->config;
    unsigned cpus = lar_processors();
    struct lar_registry_settings settings = {
        .models = c->models,
        .state = c->state,
        .settle_ms = (unsigned)c->settle_ms,
        .scan_seconds = (unsigned)((c->scan_interval + 999) / 1000),
        .load_seconds = (unsigned)((c->load_time + 999) / 1000),
        .load_memory = (size_t)c->load_memory,
        .run_memory = (size_t)c->run_memory,
        .max_upload = (uint64_t)c->upload_limit,
        .loaders = (unsigned)(c->loads             ? c->loads
                              : cpus < MAX_LOADERS ? cpus
                                                   : (unsigned)MAX_LOADERS),
        .log = &d->log,
    };
    bool ok = make_folder(c->models, err) && make_folder(c->state, err) &&
              name_models(&settings, &c->model, err) &&
              lar_registry_start(&d->registry, &settings, d->spawner, err);
    for (size_t i = 0; i < settings.n_named; i++)
        free((char *)settings.named[i].name);
    free(settings.named);
    return ok;
}

static void log_listeners(struct daemon *d, bool management)
{
    for (size_t i = 0; i < d->listeners.n; i++)
        if (d->listeners.items[i].management == management)
            lar_log(&d->log, LAR_LOG_INFO, "listening on %s%s", d->listeners.items[i].name,
                    management ? " for management" : "");
}

/* Each connection is a descriptor; the usual soft limit is 1,024. Scans, loads and uploads need
 * some too, which clients must not be able to take. */
static void raise_descriptors(struct daemon *d)
{
    struct rlimit limit;
    d->service.connections = (size_t)d->config->connection_limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    rlim_t room = limit.rlim_max > 2 * OWN_DESCRIPTORS ? limit.rlim_max - OWN_DESCRIPTORS
                                                       : limit.rlim_max / 2;
    if (limit.rlim_max == RLIM_INFINITY || d->service.connections <= room)
        return;
    d->service.connections = room ? (size_t)room : 1;
    lar_log(&d->log, LAR_LOG_WARNING,
            "limits.connections is %zu, not %lld: the process may have only %llu descriptors",
            d->service.connections, (long long)d->config->connection_limit,
            (unsigned long long)limit.rlim_max);
}

/* Those for management come first: what of systemd's sockets they name, `systemd` does not mean. */
static bool listen_all(struct daemon *d, struct lar_error *err)
{
    const struct lar_strings *all = &d->config->listen, *apart = &d->config->management_listen;
    struct lar_listeners *l = &d->listeners;
    for (size_t i = 0; i < apart->n; i++)
        if (!lar_listeners_add(l, apart->items[i], err))
            return lar_error_within(err, "management");
    size_t n_apart = l->n;
    for (size_t i = 0; i < n_apart; i++)
        l->items[i].management = true;
    for (size_t i = 0; i < all->n; i++)
        if (!lar_listeners_add(l, all->items[i], err))
            return false;
    if (l->n == n_apart)
        return lar_fail(err, LAR_ERR_INVALID, "listen: no address is given");
    unsigned left = lar_listeners_forget_passed(l);
    if (left)
        lar_log(&d->log, LAR_LOG_WARNING,
                "%u sockets that systemd handed over are not used: listen "
                "does not say systemd",
                left);
    return true;
}

/* The spawner comes before the first thread, because it is a fork of this process; listeners too,
 * because they read and clear variables. */
static bool start(struct daemon *d, struct lar_error *err)
{
    const struct lar_config *c = d->config;
    if (!lar_spawner_start(&d->spawner, c->loader, err))
        return false;
    raise_descriptors(d);
    if (!listen_all(d, err))
        return false;
    if (!lar_access_log_new(&d->access_log, &d->log, err) ||
        !lar_access_log_open(d->access_log, c->access_log, err) ||
        !lar_management_new(&d->management, c, &d->listeners, err) || !start_registry(d, err))
        return false;
    d->service.log = &d->log;
    d->service.registry = d->registry;
    d->service.spawner = d->spawner;
    d->service.access_log = d->access_log;
    d->service.management = d->management;
    d->service.started_ms = lar_unix_ms();
    log_listeners(d, false);
    log_listeners(d, true);
    /* Requests wait in the sockets' queues while what the cache holds is mapped, so that a restart
     * is a pause; what must be loaded first may take too long for that. */
    lar_registry_await(d->registry, CACHED_MS);
    return lar_service_start(&d->service, c, &d->listeners, err);
}

static void note_change(void *context, const char *key, bool restart)
{
    struct lar_log *log = context;
    lar_log(log, restart ? LAR_LOG_WARNING : LAR_LOG_INFO, "setting '%s' has changed%s", key,
            restart ? ": it works after a restart" : "");
}

/* The file may have been moved away; that it cannot be opened does not end what is logged. */
static void reopen_access_log(struct daemon *d)
{
    struct lar_error err = {0};
    if (!lar_access_log_open(d->access_log, d->config->access_log, &err))
        lar_log(&d->log, LAR_LOG_ERROR, "the access log stays as it was: %s", err.text);
}

/* A bad file or a bad tokens file changes nothing. */
static void reload(struct daemon *d)
{
    struct lar_error err = {0};
    struct lar_config *config = NULL;
    lar_notify_reloading();
    if (lar_config_load(&config, &d->source, &err) &&
        lar_management_reload(d->management, config, &err)) {
        lar_config_compare(d->config, config, note_change, &d->log);
        lar_service_configure(&d->service, config);
        /* Texts of the old settings are in use nowhere: whoever keeps one has copied it. */
        lar_config_free(d->config);
        d->config = config;
        lar_log(&d->log, LAR_LOG_INFO, "settings read again");
    } else {
        lar_config_free(config);
        lar_log(&d->log, LAR_LOG_ERROR, "settings stay as they were: %s", err.text);
    }
    reopen_access_log(d);
    lar_notify("READY=1");
}

/* SIGHUP reads the settings again; SIGTERM or SIGINT ends. */
static void serve(struct daemon *d, const sigset_t *signals)
{
    for (;;) {
        int got = sigwaitinfo(signals, NULL);
        if (got == SIGHUP)
            reload(d);
        else if (got == SIGTERM || got == SIGINT)
            return;
    }
}

static void drain(struct daemon *d, const sigset_t *signals)
{
    int64_t delay = d->config->drain_delay;
    struct timespec wait = {.tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000};
    lar_notify("STOPPING=1");
    lar_log(&d->log, LAR_LOG_INFO, "stopping");
    atomic_store(&d->service.draining, true);
    if (delay) /* another signal ends the delay */
        sigtimedwait(signals, NULL, &wait);
    lar_service_stop(&d->service, d->config->drain_time);
}

static void finish(struct daemon *d)
{
    if (d->registry)
        lar_registry_stop(d->registry);
    lar_management_free(d->management);
    lar_listeners_close(&d->listeners);
    lar_spawner_stop(d->spawner);
    lar_access_log_free(d->access_log);
    lar_config_free(d->config);
}

static int run(struct daemon *d)
{
    struct lar_error err = {0};
    sigset_t signals;
    signal(SIGPIPE, SIG_IGN);
    lar_log_init(&d->log, STDERR_FILENO, (enum lar_log_level)d->config->log_level,
                 d->config->log_format == LAR_LOG_JSON);
    /* Blocked in every thread to come; the spawner sets its own. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    bool ok = start(d, &err);
    if (ok) {
        lar_notify("READY=1");
        lar_log(&d->log, LAR_LOG_INFO, "larderd " LARDER_VERSION " serves %s", d->config->models);
        serve(d, &signals);
        drain(d, &signals);
        lar_log(&d->log, LAR_LOG_INFO, "stopped");
    } else {
        lar_log(&d->log, LAR_LOG_ERROR, "%s", err.text);
    }
    finish(d);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct daemon d = {.source = {.argc = argc,
                                  .argv = (const char *const *)argv,
                                  .environment = (const char *const *)environ}};
    struct lar_error err = {0};
    bool ok = lar_config_load(&d.config, &d.source, &err);
    bool asks = d.source.action == LAR_ACTION_VERSION || d.source.action == LAR_ACTION_HELP;
    if (!ok && !asks) {
        fprintf(stderr, "larderd: %s\n", err.text);
        return EXIT_SETTINGS;
    }
    switch (d.source.action) {
    case LAR_ACTION_VERSION: printf("larderd %s\n", LARDER_VERSION); break;
    case LAR_ACTION_HELP: lar_config_print_help(stdout); break;
    case LAR_ACTION_PRINT: lar_config_print(d.config, stdout); break;
    case LAR_ACTION_CHECK: puts("the settings are good"); break;
    case LAR_ACTION_RUN: return run(&d);
    }
    lar_config_free(d.config);
    return EXIT_SUCCESS;
}
