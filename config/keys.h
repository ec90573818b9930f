/* The table of keys, for config/ only.
 * SPDX-License-Identifier: MIT */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/config.h"

enum lar_key_type {
    LAR_KEY_INTEGER,
    LAR_KEY_SIZE,     /* bytes: 64M, 1G, 512k, 4096 */
    LAR_KEY_DURATION, /* 10s, 250ms, 5m, 0 */
    LAR_KEY_CHOICE,   /* one of a list of words */
    LAR_KEY_TEXT,
    LAR_KEY_LIST /* of texts */
};

struct lar_key {
    const char *name;
    enum lar_key_type type;
    bool restart; /* a changed value works only after a restart; else after SIGHUP */
    size_t offset;
    int64_t min, max;
    const char *fallback;       /* the default, as in a file; NULL: empty */
    const char *const *choices; /* of a CHOICE, in the order of its enum; ended by NULL */
    const char *help;
};

extern const struct lar_key lar_keys[];
extern const size_t lar_n_keys;

enum { LAR_KEY_NAME_BYTES = 64, LAR_TEXT_BYTES = 4096 };

/* By its name as in a file; as a flag ("settle-ms"); as a variable ("LARDER_SETTLE_MS"). NULL:
 * none.
 */
const struct lar_key *lar_key_find(const char *name);
const struct lar_key *lar_key_of_flag(const char *flag, size_t length);
const struct lar_key *lar_key_of_variable(const char *variable, size_t length);
void lar_key_flag(const struct lar_key *key, char buffer[static LAR_KEY_NAME_BYTES]);
void lar_key_variable(const struct lar_key *key, char buffer[static LAR_KEY_NAME_BYTES]);

/* The key whose name is most like NAME, or NULL if none is near. */
const struct lar_key *lar_key_nearest(const char *name);

/* Reads TEXT as KEY's value into CONFIG; a LIST gets one more item. */
bool lar_key_set(struct lar_config *config, const struct lar_key *key, const char *text,
                 struct lar_error *err);
void lar_key_clear(struct lar_config *config, const struct lar_key *key);

/* The value as in a file, for item I of a list. */
void lar_key_print(const struct lar_config *config, const struct lar_key *key, size_t i,
                   char *buffer, size_t size);
const struct lar_strings *lar_key_list(const struct lar_config *config, const struct lar_key *key);
const char *lar_key_type_name(enum lar_key_type type);

/* Settings from the text of a file. */
bool lar_config_read(struct lar_config *config, const char *name, const char *text, size_t size,
                     struct lar_error *err);

#endif
