/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files built into the program; embed.h declares them. */
#include "util/embed_macro.h"

	embed kfuncs, "data/lists/kfuncs.txt"
	embed helpers, "data/lists/helpers.txt"
	embed helper_prototypes, "data/lists/helper-prototypes.txt"
	embed features, "data/lists/features.txt"
	embed optional, "data/lists/optional.txt"
	embed recipes, "data/recipes.txt"
	embed examples, "data/examples.txt"
	embed watch, "data/lists/watch.txt"
	embed module_kfuncs, "data/lists/module-kfuncs.txt"
	embed site_html, "site/index.html"
	embed site_css, "site/style.css"
	embed site_data, "site/data.js"
	embed site_grid, "site/grid.js"
	embed site_search, "site/search.js"
	embed site_front, "site/front.js"
	embed site_views, "site/views.js"
	embed site_pages, "site/pages.js"
	embed site_app, "site/app.js"

	/* Below the build directory. */
	embed bpf_arena, "bpf/arena.bpf.o"
	embed bpf_cpumask, "bpf/cpumask.bpf.o"
	embed bpf_dynptr, "bpf/dynptr.bpf.o"
	embed bpf_exception, "bpf/exception.bpf.o"
	embed bpf_implicit, "bpf/implicit.bpf.o"
	embed bpf_loop, "bpf/loop.bpf.o"
	embed bpf_map_sum, "bpf/map_sum.bpf.o"
	embed bpf_object, "bpf/object.bpf.o"
	embed bpf_percpu_kptr, "bpf/percpu_kptr.bpf.o"
	embed bpf_perf_event, "bpf/perf_event.bpf.o"

	/* Examples for documentation. */
	embed source_arena, "bpf/arena.bpf.c"
	embed source_cpumask, "bpf/cpumask.bpf.c"
	embed source_dynptr, "bpf/dynptr.bpf.c"
	embed source_exception, "bpf/exception.bpf.c"
	embed source_implicit, "bpf/implicit.bpf.c"
	embed source_loop, "bpf/loop.bpf.c"
	embed source_map_sum, "bpf/map_sum.bpf.c"
	embed source_object, "bpf/object.bpf.c"
	embed source_percpu_kptr, "bpf/percpu_kptr.bpf.c"
	embed source_perf_event, "bpf/perf_event.bpf.c"
	embed source_perf_event_user, "bpf/perf_event_user.c"

	.section .note.GNU-stack, "", %progbits
