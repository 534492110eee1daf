/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BPF features of the running kernel that agents gate on, each shown by something the kernel
 * accepted or by a refusal that only code which knows the feature gives.
 */
#ifndef KCOMPAT_PROBE_FEATURE_FEATURES_H
#define KCOMPAT_PROBE_FEATURE_FEATURES_H

#include "probe/probe.h"

struct feature_info {
	const char *name;    /* "bounded_loops", "tag:percpu_kptr", "map_flag:mmapable" */
	const char *meaning; /* one line, for help and documentation */
	const char *since;   /* "5.3 2589726d12a1": release and commit that brought it; for reading,
				never a rule */
};

/* The features that can be asked for, in the order of the result; NULL behind the last. */
const struct feature_info *probe_feature_info(size_t index);

/*
 * Fills snapshot->features. Nothing stays: no object, no attachment, no switched statistics.
 * Errors: no memory, an interrupt.
 */
struct error *probe_features(const struct probe_request *request, const struct kernel *kernel,
	struct snapshot *snapshot);

#endif
