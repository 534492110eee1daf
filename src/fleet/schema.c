/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fleet/schema.h"

#define TABLE(name, columns)                                                                       \
	{                                                                                          \
		"table", #name, "CREATE TABLE " #name " (" columns ")"                             \
	}
#define TABLE_BY_KEY(name, columns)                                                                \
	{                                                                                          \
		"table", #name, "CREATE TABLE " #name " (" columns ") WITHOUT ROWID"               \
	}
#define INDEX(name, on)                                                                            \
	{                                                                                          \
		"index", #name, "CREATE INDEX " #name " ON " on                                    \
	}
#define VIEW(name, select)                                                                         \
	{                                                                                          \
		"view", #name, "CREATE VIEW " #name " AS " select                                  \
	}

const struct schema_object fleet_schema[] = {
	/* "schema" is FLEET_SCHEMA. */
	TABLE_BY_KEY(meta, "key TEXT PRIMARY KEY, value TEXT NOT NULL"),
	TABLE_BY_KEY(state, "letter TEXT PRIMARY KEY, state TEXT NOT NULL, answer TEXT NOT NULL"),
	/* Texts, each once. `hash` is the first 8 bytes of its SHA-256: an index of numbers is
	   small. */
	TABLE(text, "id INTEGER PRIMARY KEY, hash INTEGER NOT NULL UNIQUE, text TEXT NOT NULL"),
	TABLE(name,
		"id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name)"),
	TABLE(evidence,
		"id INTEGER PRIMARY KEY, errno INTEGER NOT NULL, line TEXT NOT NULL, rule TEXT NOT NULL, "
		"UNIQUE (errno, line, rule)"),
	/* Kernels with the same contexts in the same order share them. */
	TABLE(context_list, "id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE"),
	TABLE_BY_KEY(context,
		"list INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, "
		"program_type TEXT NOT NULL, attach_type TEXT, target TEXT, sleepable INTEGER NOT NULL, "
		"PRIMARY KEY (list, place)"),
	INDEX(context_name, "context (list, name)"),
	TABLE(config, "id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE"),
	TABLE_BY_KEY(config_option,
		"option INTEGER NOT NULL, config INTEGER NOT NULL, value INTEGER NOT NULL, "
		"PRIMARY KEY (option, config)"),
	INDEX(config_option_config, "config_option (config)"),
	/* What is known of a kernel, without the settings of a host. `letters`: of its contexts, by
	   place. */
	TABLE(kernel,
		"id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, source TEXT NOT NULL, release TEXT, "
		"version TEXT, machine TEXT, arch TEXT, distribution TEXT, flavor TEXT, btf_sha256 TEXT, "
		"facts TEXT NOT NULL, kcompat TEXT NOT NULL, unrecognised INTEGER NOT NULL, contexts INTEGER NOT NULL, "
		"letters INTEGER NOT NULL, config INTEGER NOT NULL, rest INTEGER NOT NULL"),
	INDEX(kernel_btf, "kernel (btf_sha256)"),
	/* A kfunc or a helper. `letters` and `why` have a character for each context, by place. */
	TABLE_BY_KEY(call,
		"name INTEGER NOT NULL, kernel INTEGER NOT NULL, module INTEGER NOT NULL, "
		"letters INTEGER NOT NULL, why INTEGER, detail INTEGER NOT NULL, PRIMARY KEY (name, kernel, module)"),
	INDEX(call_kernel, "call (kernel)"),
	/* A type, a feature or a function. */
	TABLE_BY_KEY(has,
		"name INTEGER NOT NULL, kernel INTEGER NOT NULL, place INTEGER NOT NULL, "
		"letter TEXT NOT NULL, errno INTEGER NOT NULL, detail INTEGER, PRIMARY KEY (name, kernel)"),
	INDEX(has_kernel, "has (kernel)"),
	/* JSON of what nobody asks by SQL: reasons of contexts, layouts, programs. */
	TABLE_BY_KEY(part,
		"kernel INTEGER NOT NULL, part TEXT NOT NULL, place INTEGER NOT NULL, "
		"text INTEGER NOT NULL, PRIMARY KEY (kernel, part, place)"),
	TABLE(settings,
		"id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, capabilities TEXT, lockdown TEXT, "
		"lsm TEXT, jit TEXT, unprivileged_bpf_disabled TEXT, kptr_restrict TEXT, container TEXT, "
		"config_source TEXT, limits TEXT NOT NULL"),
	/* A snapshot: a kernel with settings. */
	TABLE(answers,
		"id INTEGER PRIMARY KEY, kernel INTEGER NOT NULL, settings INTEGER NOT NULL, "
		"fingerprint TEXT NOT NULL, core TEXT NOT NULL, UNIQUE (kernel, settings)"),
	/* A document that was added is not read again. */
	TABLE_BY_KEY(document, "sha256 TEXT PRIMARY KEY, answers INTEGER NOT NULL"),
	/* Where snapshots come from. `kind`: host; of a file without a host, its source: probed or
	   scanned. */
	TABLE(origin,
		"id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name)"),
	/* `until`: they were the same again until then. */
	TABLE_BY_KEY(seen,
		"origin INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL, "
		"answers INTEGER NOT NULL, PRIMARY KEY (origin, at)"),
	INDEX(seen_answers, "seen (answers)"),

	VIEW(cell,
		"SELECT n.kind, n.name, m.text AS module, k.id AS kernel, c.name AS context, s.state, s.answer, "
		"e.errno, e.line, e.rule FROM name n JOIN call ON call.name = n.id JOIN kernel k ON k.id = call.kernel "
		"JOIN text m ON m.id = call.module JOIN text l ON l.id = call.letters "
		"JOIN context c ON c.list = k.contexts JOIN state s ON s.letter = substr(l.text, CAST(c.place AS INTEGER), 1) "
		"LEFT JOIN text w ON w.id = call.why LEFT JOIN evidence e ON e.id = unicode(substr(w.text, CAST(c.place AS INTEGER), 1)) - 32 "
		"- CASE WHEN unicode(substr(w.text, CAST(c.place AS INTEGER), 1)) > 55295 THEN 10240 ELSE 0 END"),
	VIEW(support,
		"SELECT n.kind, n.name, h.kernel, s.state, s.answer, h.errno, t.text AS detail "
		"FROM name n JOIN has h ON h.name = n.id JOIN state s ON s.letter = h.letter "
		"LEFT JOIN text t ON t.id = h.detail"),
	VIEW(context_of,
		"SELECT k.id AS kernel, c.name, c.program_type, c.attach_type, c.sleepable, s.state, s.answer "
		"FROM kernel k JOIN context c ON c.list = k.contexts JOIN text l ON l.id = k.letters "
		"JOIN state s ON s.letter = substr(l.text, CAST(c.place AS INTEGER), 1)"),
	VIEW(option,
		"SELECT n.name, k.id AS kernel, v.text AS value FROM name n JOIN config_option o ON o.option = n.id "
		"JOIN kernel k ON k.config = o.config JOIN text v ON v.id = o.value WHERE n.kind = 'config'"),
	VIEW(host,
		"SELECT o.id, o.name, min(s.at) AS first, max(s.until) AS last, count(*) AS changes "
		"FROM origin o JOIN seen s ON s.origin = o.id WHERE o.kind = 'host' GROUP BY o.id, o.name"),
	/* The newest snapshot of every host. */
	VIEW(now,
		"SELECT o.name AS host, s.at, s.until, a.fingerprint, a.core, k.id AS kernel, k.release, k.version, "
		"k.machine, k.arch, k.distribution, k.flavor, e.lockdown, e.lsm, e.jit, e.unprivileged_bpf_disabled, "
		"e.capabilities, e.container FROM origin o JOIN seen s ON s.origin = o.id AND s.at = "
		"(SELECT max(n.at) FROM seen n WHERE n.origin = o.id) JOIN answers a ON a.id = s.answers "
		"JOIN kernel k ON k.id = a.kernel JOIN settings e ON e.id = a.settings WHERE o.kind = 'host'"),
};
const size_t fleet_schema_cnt = sizeof(fleet_schema) / sizeof(*fleet_schema);

const char *fleet_answer(enum cell_state state)
{
	if (cell_state_usable(state))
		return "yes";
	return state == CELL_NONE ? "not asked" : cell_state_definite(state) ? "no" : "unknown";
}
