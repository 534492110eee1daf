/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first page: what this is, the search box, what is new, since when things exist, and the tables. */
"use strict";

const front = (() => {
	const { model } = kcompat;
	const shown = () => model.subjects.filter((subject) => !subject.isTest);
	const plural = (kind) => model.kinds[kind] + "s";
	const kindsOf = (list) => views.unique(list.map((subject) => subject.kind));

	const TABLES = [
		["matrix", "One kernel", "Every call in every context: which program may call what."],
		["kernels", "Across kernels", "One context on all kernels: since when a program may call what."],
		["compare", "Compare", "Two kernels side by side: only what differs."],
		["names", "All names", "Kfuncs, helpers, contexts, types, features and functions."],
	];

	function lead() {
		const versions = views.unique(model.kernels.map((kernel) => kernel.version));
		const arches = views.unique(model.kernels.map((kernel) => kernel.arch));
		const probed = model.kernels.filter((kernel) => views.how(kernel) === "probed").length;
		const range = versions.length > 1 ? `${versions[0]} to ${versions.at(-1)}` : versions[0];
		const how = [probed && "programs were loaded to see", probed < model.kernels.length && "the answers were predicted from the kernel image"];
		const isMixed = how.every(Boolean);
		return element("p", { class: "lead" }, `Which kernel has a kfunc, a helper or a type, and which programs may use it. ` +
			`${views.count(model.kernels.length, "kernel")}, ${range}, on ${views.count(arches.length, "architecture")}: ` +
			(isMixed ? `on ${probed} of them, ${how[0]}, and for ${model.kernels.length - probed}, ${how[1]}. ` : `${how.find(Boolean)}. `) +
			"Each cell shows why.");
	}

	const links = (list) => element("ul", { class: "chips" }, list.map((subject) =>
		element("li", {}, element("a", { href: app_subject(subject) }, subject.name))));

	function groups(list) {
		return kindsOf(list).map((kind) => {
			const own = list.filter((subject) => subject.kind === kind);
			return [element("h3", {}, `${own.length} ${own.length === 1 ? model.kinds[kind] : plural(kind)}`), links(own)];
		});
	}

	/* What the last kernel of the series has, or lacks, other than the one before. */
	function news() {
		const [before, last] = model.series.slice(-2);
		if (!last)
			return null;
		const isThere = (subject, kernel) => pages.isThere(kcompat.fact(subject, kernel.index));
		const added = shown().filter((subject) => subject.first === last.index && subject.before >= 0);
		const gone = shown().filter((subject) => isThere(subject, before) && pages.isGone(kcompat.fact(subject, last.index)));
		return element("section", { "aria-label": "New" }, element("h2", {}, `New in ${last.version}`),
			element("p", { class: "quiet" }, `Seen in ${last.label}, and in no older kernel of this flavor. `,
				element("a", { href: app_href("compare", { a: before.label, b: last.label }) }, `All differences from ${before.version}`)),
			added.length ? groups(added) : element("p", {}, "Nothing."),
			gone.length ? [element("h2", {}, `No longer in ${last.version}`), groups(gone)] : null);
	}

	function bar(kind, kernel, number, most, text) {
		const fill = element("i", { "aria-hidden": "true" });
		fill.style.width = `${100 * number / most}%`;
		return element("li", {}, element("a", { href: app_href("names", { kind, since: kernel.label }) },
			element("span", {}, text), element("span", { class: "bar" }, fill), element("b", {}, number)));
	}

	/* How many names of a kind the series has since which kernel. */
	function chart(kind, list) {
		const counts = model.series.map((kernel) => [kernel, list.filter((subject) => subject.kind === kind && subject.first === kernel.index).length])
			.filter(([, number]) => number);
		const most = Math.max(...counts.map(([, number]) => number));
		return element("section", { class: "chart" }, element("h3", {}, plural(kind)), element("ol", {}, counts.map(([kernel, number]) =>
			bar(kind, kernel, number, most, kernel === model.series[0] ? `≤ ${kernel.version}` : kernel.version))));
	}

	function charts() {
		const list = shown().filter((subject) => subject.kind !== "function" && subject.first >= 0);
		const kinds = kindsOf(list);
		return model.series.length > 1 ? element("section", { "aria-label": "Since" }, element("h2", {}, "First seen in"),
			element("p", { class: "quiet" }, `Names by the first of these kernels that has each: ${model.series.map((kernel) => kernel.version).join(", ")} ` +
				`(${model.series[0].arch} ${model.series[0].flavor}). Each number leads to its names.`),
			element("div", { class: "charts" }, kinds.map((kind) => chart(kind, list)))) : null;
	}

	/* How many of each kind the search finds in the stored kernels. */
	function store() {
		if (!model.store)
			return null;
		const kinds = Object.values(model.store.kinds).filter(({ count }) => count);
		const kernels = new Set(kinds.flatMap((kind) => [...kind.kernels]));
		return element("p", { class: "quiet" }, `It also finds, in ${views.count(kernels.size, "kernel")}: `, kinds.map(({ word, noun, count }, at) => [at ? ", " : "",
			element("a", { href: app_href("names", { kind: word, inside: 1 }) }, `${types.grouped(count)} ${noun}${count === 1 ? "" : "s"}`)]), ".");
	}

	function draw(app) {
		app.place(element("div", { class: "front" }, element("h1", {}, "What each Linux kernel lets BPF programs use"), lead(),
			finder.box(model.store ? "Find a kfunc, helper, context, function, struct, tracepoint, LSM hook or system call" : "Find a kfunc, helper, type, context or function",
				model.store ? "bpf_loop, xdp, task_struct.__state, sched_switch" : "bpf_loop, xdp, ringbuf"), store(),
			element("ul", { class: "tables" }, [...TABLES, objects.card()].filter(Boolean).map(([view, title, what]) =>
				element("li", {}, element("a", { href: app_href(view) }, element("b", {}, title), element("span", {}, what))))),
			model.series.length > 1 ? news() : null, charts()));
	}

	return { draw };
})();
