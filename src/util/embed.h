/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of data/ and site/ and compiled bpf/ programs inside the executable. Each is followed by a NUL byte. */
#ifndef KCOMPAT_UTIL_EMBED_H
#define KCOMPAT_UTIL_EMBED_H

#include <stddef.h>

#define EMBED(name)                                                                                \
	extern const char embed_##name[], embed_##name##_end[];                                    \
	static inline size_t embed_##name##_size(void)                                             \
	{                                                                                          \
		return (size_t)(embed_##name##_end - embed_##name);                                \
	}

EMBED(kfuncs)  /* data/lists/kfuncs.txt: a kfunc's name a line, sorted, # comments */
EMBED(module_kfuncs) /* data/lists/module-kfuncs.txt: "NAME MODULE" a line, sorted, # comments */
EMBED(helpers) /* data/lists/helpers.txt: "ID NAME" a line, sorted by ID */
EMBED(helper_prototypes) /* data/lists/helper-prototypes.txt: a declaration in C a line, without ";", # comments */
EMBED(features) /* data/lists/features.txt: "NAME VERSION COMMIT" a line, sorted by name, # comments */
EMBED(optional) /* data/lists/optional.txt: "GLOB[@TYPE] CONFIG_OPTION" a line, # comments */
EMBED(runs) /* data/lists/runs.txt: "FUNCTION VALUE RECIPE" a line (probe/calls/runs.h), # comments */
EMBED(recipes) /* data/recipes.txt: "FUNCTION RECIPE" a line (probe/calls/recipe.h), # comments */
EMBED(examples) /* data/examples.txt: programs in C (history/example.h) */
EMBED(watch)   /* data/lists/watch.txt: kernel functions reported when none is named */

/* site/: the files of a site except its data */
EMBED(site_html)
EMBED(site_css)
EMBED(site_data)
EMBED(site_grid)
EMBED(site_search)
EMBED(site_front)
EMBED(site_views)
EMBED(site_pages)
EMBED(site_types)
EMBED(site_objects)
EMBED(site_app)

/* bpf/NAME.bpf.c, compiled */
EMBED(bpf_arena)
EMBED(bpf_cpumask)
EMBED(bpf_dynptr)
EMBED(bpf_exception)
EMBED(bpf_implicit)
EMBED(bpf_loop)
EMBED(bpf_map_sum)
EMBED(bpf_object)
EMBED(bpf_percpu_kptr)
EMBED(bpf_perf_event)

/* bpf/NAME.bpf.c itself */
EMBED(source_arena)
EMBED(source_cpumask)
EMBED(source_dynptr)
EMBED(source_exception)
EMBED(source_implicit)
EMBED(source_loop)
EMBED(source_map_sum)
EMBED(source_object)
EMBED(source_percpu_kptr)
EMBED(source_perf_event)
EMBED(source_perf_event_user) /* bpf/perf_event_user.c */

#undef EMBED

#endif
