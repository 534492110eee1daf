/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/asked.h"

#include "cli/cli.h"
#include "cli/token.h"
#include "probe/probe.h"
#include "input/system/system.h"

/* Below it, a few loads take less time than the start of threads. */
#define CONTEXTS_FOR_THREADS 16

void asked_deinit(struct asked *asked)
{
	if (!asked)
		return;
	snapshot_destroy(asked->snapshot);
	kernel_deinit(&asked->kernel);
	require_needs_deinit(&asked->needs);
}

static struct error *asked_load(
	struct asked *asked, const struct require_list *list, unsigned int facts)
{
	const struct require_needs *needs = &asked->needs;

	if (needs->btf)
		facts |= LOAD_BTF;
	if (needs->config)
		facts |= LOAD_CONFIG;
	if (needs->symbols)
		facts |= LOAD_SYMBOLS;
	if (needs->traceable)
		facts |= LOAD_NAMES;
	if (needs->events)
		facts |= LOAD_EVENTS;
	struct error *error = load_kernel(&asked->kernel, "", facts);
	if (!error && needs->sysctl_cnt)
		error = load_sysctls(&asked->kernel, "", needs->sysctls, needs->sysctl_cnt);
	if (!error && !(facts & LOAD_MODULES) && require_wants_modules(list, &asked->kernel))
		error = load_btf_modules(&asked->kernel, "");
	return error;
}

static struct error *asked_probe(struct asked *asked, const struct cli_args *args, bool attach)
{
	const struct require_needs *needs = &asked->needs;
	struct probe_request request = {
		.parts = needs->parts,
		.contexts = needs->contexts,
		.context_cnt = needs->context_cnt,
		.names = needs->names,
		.name_cnt = needs->name_cnt,
		.features = needs->features,
		.feature_cnt = needs->feature_cnt,
		.attach = attach,
		.prove = true,
		.calls = needs->proof ? PROBE_CALLS_SEARCH : PROBE_CALLS_KNOWN,
		.threads = needs->context_cnt && needs->context_cnt < CONTEXTS_FOR_THREADS ? 1 : 0,
		.stop = &cli_stop,
	};
	struct error *error = cli_take_token(args, &asked->kernel, &request.sys);

	return error ? error : probe_run(&request, &asked->kernel, &asked->snapshot, NULL);
}

/* Requirements on files need no probe, but they need a snapshot with the kernel's name. */
static struct error *make_blank(struct asked *asked)
{
	asked->snapshot = snapshot_create();
	if (!asked->snapshot)
		return error_no_memory();
	asked->snapshot->kernel = asked->kernel.identity;
	asked->snapshot->source_kind = "probed";
	return NULL;
}

struct error *asked_observe(struct asked *asked, const struct cli_args *args,
	const struct require_list *list, unsigned int facts, bool attach)
{
	struct error *error = require_needs(list, &asked->needs);

	if (!error)
		error = asked_load(asked, list, facts);
	if (!error)
		error = asked->needs.parts ? asked_probe(asked, args, attach) : make_blank(asked);
	return error;
}

struct snapshot *asked_take_snapshot(struct asked *asked)
{
	struct snapshot *snapshot = asked->snapshot;

	asked->snapshot = NULL;
	return snapshot;
}
