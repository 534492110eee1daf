/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files built into the program; embed.h declares them. */
	.section .rodata

	.macro embed name, path
	.global embed_\name
	.global embed_\name\()_end
	.balign 8
embed_\name:
	.incbin "\path"
embed_\name\()_end:
	.byte 0
	.endm

	embed kfuncs, "data/kfuncs.txt"
	embed helpers, "data/helpers.txt"
	embed watch, "data/watch.txt"
	embed module_kfuncs, "data/module-kfuncs.txt"

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

	.section .note.GNU-stack, "", %progbits
