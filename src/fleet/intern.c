/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fleet/intern.h"

#include <stdlib.h>
#include <string.h>

#include "fleet/schema.h"
#include "util/sha256.h"

/* The first 8 bytes of the digest. */
static int64_t hash_of(const char *text)
{
	char digest[DIGEST_TEXT_BYTES];

	digest_bytes(text, strlen(text), digest);
	digest[16] = '\0';
	return (int64_t)strtoull(digest, NULL, 16);
}

int64_t intern_text(struct fleet *fleet, const char *text)
{
	int64_t hash = hash_of(text), id = 0;
	sqlite3_stmt *statement = db_begin(fleet, FLEET_FIND_TEXT);

	db_bind_number(fleet, statement, 1, hash);
	if (db_row(fleet, statement)) {
		id = db_number(fleet, statement, 0);
		if (strcmp(db_text(fleet, statement, 1), text))
			db_damaged(fleet, "another text has the hash of '%.40s'", text);
		return id;
	}
	statement = db_begin(fleet, FLEET_ADD_TEXT);
	db_bind_number(fleet, statement, 1, hash);
	db_bind_text(fleet, statement, 2, text);
	return db_run(fleet, statement);
}

int64_t intern_name(struct fleet *fleet, const char *kind, const char *name)
{
	int64_t id = 0;

	for (int pass = 0; pass < 2 && !id; pass++) {
		sqlite3_stmt *statement = db_begin(fleet, pass ? FLEET_ADD_NAME : FLEET_FIND_NAME);
		db_bind_text(fleet, statement, 1, kind);
		db_bind_text(fleet, statement, 2, name);
		id = pass ? db_run(fleet, statement) : db_find(fleet, statement);
	}
	return id;
}

int64_t intern_evidence(struct fleet *fleet, const struct evidence *evidence)
{
	int64_t id = 0;

	for (int pass = 0; pass < 2 && !id; pass++) {
		sqlite3_stmt *statement =
			db_begin(fleet, pass ? FLEET_ADD_EVIDENCE : FLEET_FIND_EVIDENCE);
		db_bind_number(fleet, statement, 1, evidence->errnum);
		db_bind_text(fleet, statement, 2, evidence->line ? evidence->line : "");
		db_bind_text(fleet, statement, 3, evidence->rule ? evidence->rule : "");
		id = pass ? db_run(fleet, statement) : db_find(fleet, statement);
	}
	if (id > EVIDENCE_NUMBER_MAX)
		db_fail(fleet,
			error_create(ERROR_INPUT, "make another store for some of the snapshots",
				"%s: more than %d different evidence", fleet->name,
				EVIDENCE_NUMBER_MAX));
	return id;
}

int64_t intern_json(struct fleet *fleet, const json_t *value)
{
	char *text = fleet->error
		? NULL
		: json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	int64_t id = 0;

	if (text)
		id = intern_text(fleet, text);
	else
		db_no_memory(fleet);
	free(text);
	return id;
}

int64_t intern_digest(struct fleet *fleet, const char *digest, enum fleet_statement find,
	enum fleet_statement add, bool *is_new)
{
	sqlite3_stmt *statement = db_begin(fleet, find);

	db_bind_text(fleet, statement, 1, digest);
	int64_t id = db_find(fleet, statement);
	*is_new = !id && !fleet->error;
	if (!*is_new)
		return id;
	statement = db_begin(fleet, add);
	db_bind_text(fleet, statement, 1, digest);
	return db_run(fleet, statement);
}
