/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of one name on all kernels, and the list of all names. */
"use strict";

const pages = (() => {
	const { model } = kcompat;

	const MARKS = { present: "✓", ok: "✓", absent: "·", unsupported: "·", blocked: "b", unknown: "?" };
	const mark = (state) => MARKS[state] ?? state;
	const isThere = (fact) => fact.state === "present" || fact.state === "ok";
	const isGone = (fact) => fact.state === "absent" || fact.state === "unsupported";

	/* "6.12 6.16 (amd64 cloud), 7.2 (arm64 generic, arm64 rt)": a short list of kernels. */
	function kernelsText(kernels) {
		const versions = new Map(), places = new Map();
		for (const { label, version, arch, flavor } of kernels) {
			const place = `${arch} ${flavor}`;
			versions.set(place, [...versions.get(place) ?? [], label === `${version} ${place}` ? version : label]);
		}
		for (const [place, list] of versions)
			places.set(list.join(" "), [...places.get(list.join(" ")) ?? [], place]);
		return [...places].map(([list, where]) => `${list} (${where.join(", ")})`).join("; ");
	}

	/* The first kernel of the regular series that has it, and the last kernel before that is known to lack it. */
	function sighting(subject) {
		const regular = model.kernels.filter((kernel) => kernel.group === "Regular");
		const at = regular.findIndex((kernel) => isThere(kcompat.fact(subject, kernel.index)));
		if (at < 0)
			return null;
		const before = regular.slice(0, at).findLast((kernel) => isGone(kcompat.fact(subject, kernel.index)));
		return `First seen in ${regular[at].label}` + (before ? `, not in ${before.label}.` : ", the oldest kernel with an answer.");
	}

	/* A table of kernels: versions by architectures and flavors. */
	function timeline(app, subject) {
		const places = views.unique(model.kernels.map((kernel) => `${kernel.arch} ${kernel.flavor}`)).sort();
		const plain = new Set(model.kernels.map((kernel) => `${kernel.version} ${kernel.arch} ${kernel.flavor}`)).size === model.kernels.length;
		const key = plain ? (kernel) => kernel.version : (kernel) => kernel.label;
		const columns = views.unique(model.kernels.map(key)).map((label) => ({ label }));
		const kernelAt = (row, column) => model.kernels.find((kernel) =>
			key(kernel) === column.label && `${kernel.arch} ${kernel.flavor}` === row.label);
		const rows = places.map((label) => ({ label }));
		const grid = new Grid({ name: "Kernels that have it", corner: "", rows, columns, kind: "timeline",
			cell: (row, column) => {
				const kernel = kernelAt(rows[row], columns[column]);
				const state = kernel ? kcompat.fact(subject, kernel.index).state : null;
				return [kernel ? { text: mark(state), style: "f-" + state, label: state } : { text: "", style: "empty", label: "no such kernel" }];
			},
			open: (row, column) => {
				const kernel = kernelAt(rows[row], columns[column]);
				if (kernel)
					app.show([{ subject, kernel: kernel.index }]);
			} });
		return grid;
	}

	/* Contexts by kernels. Contexts with the same answers share a row. */
	function callGrid(app, subject) {
		const kernels = model.kernels.filter((kernel) => kcompat.cells(subject, kernel.index));
		const contexts = model.contexts.filter((context) => kernels.some((kernel) =>
			!["none", "unsupported"].includes(kcompat.state(subject, kernel.index, context.index).word)));
		const letters = (context) => kernels.map((kernel) => kcompat.state(subject, kernel.index, context).letter).join("");
		const rows = views.contextColumns(contexts, true, letters);
		let before = null;
		const columns = kernels.map((kernel) => {
			const first = kernel.version !== before;
			before = kernel.version;
			return { kernel, mark: first, label: kernel.label, title: `${kernel.release}, ${views.how(kernel)}`,
				href: app_href("matrix", { kernel: kernel.label, kind: subject.kind, q: subject.name }) };
		});
		return new Grid({ name: "Contexts by kernels", corner: "context", rows, columns,
			cell: (row, column) => [views.part(kcompat.state(subject, columns[column].kernel.index, rows[row].members[0]))],
			open: (row, column) => app.show([{ subject, kernel: columns[column].kernel.index, members: rows[row].members }]) });
	}

	function key() {
		return element("ul", { class: "legend still", "aria-label": "States" }, model.states.slice(1).map((state) =>
			element("li", { title: state.meaning }, element("i", { class: "s-" + state.word, "aria-hidden": "true" }, state.letter), state.word)));
	}

	/* The distinct values of a fact, each with its kernels, in order of first appearance. */
	function variants(subject, value) {
		const found = new Map();
		for (const kernel of model.kernels) {
			const fact = kcompat.fact(subject, kernel.index);
			const said = isThere(fact) ? value(fact) : null;
			if (said)
				found.set(said, [...found.get(said) ?? [], kernel]);
		}
		return [...found];
	}

	function history(title, list) {
		return list.length < 2 ? [] : [element("h2", {}, title), element("ol", { class: "variants" }, list.map(([text, kernels]) =>
			element("li", {}, element("code", {}, text), element("small", {}, kernelsText(kernels)))))];
	}

	function flagList(fact) {
		return !fact?.flags?.length ? null : element("dl", { class: "flags" }, fact.flags.map((flag) =>
			[element("dt", {}, element("code", {}, flag)), element("dd", {}, model.flags[flag] || "")]));
	}

	const yesNo = (value) => value === undefined ? "unknown" : value ? "yes" : "no";

	/* The facts about a kernel function: a row for each kernel with an answer. */
	function functionTable(subject) {
		const told = model.kernels.filter((kernel) => kcompat.fact(subject, kernel.index).state !== "unknown");
		const heads = ["kernel", "state", "symbols", "suffixes", "collision", "inlined", "traceable", "kprobe blacklist", "fentry"];
		const row = (kernel) => {
			const fact = kcompat.fact(subject, kernel.index);
			const symbols = (fact.symbols ?? []).map((symbol) => symbol.name + (symbol.module === "vmlinux" ? "" : ` [${symbol.module}]`));
			const cells = [fact.state, symbols.join(", ") || "none", fact.suffixes ? fact.suffixes.join(" ") || "none" : "unknown",
				fact.collision ?? "unknown", fact.inline ?? "unknown", yesNo(fact.traceable), yesNo(fact.kprobe_blacklisted), fact.fentry ?? "not probed"];
			return element("tr", {}, element("th", { scope: "row" }, kernel.label),
				fact.state === "absent" ? [element("td", {}, "absent"), element("td", { colspan: 7 }, fact.reason ?? "")]
					: cells.map((text) => element("td", {}, text)));
		};
		return element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Answer of each kernel" },
			element("table", { class: "plain" }, element("thead", {}, element("tr", {}, heads.map((text) => element("th", { scope: "col" }, text)))),
				element("tbody", {}, told.map(row))));
	}

	const usable = (kind, kernel, context) => kcompat.ofKind(kind).filter((subject) =>
		["ran", "loadable", "permitted"].includes(kcompat.state(subject, kernel, context).word)).length;

	/* The contexts of a program type, with the number of calls that each may make on the newest kernel. */
	function contextTable(contexts) {
		const kernel = views.newest(model.kernels);
		const row = (context) => element("tr", {},
			element("th", { scope: "row" }, element("a", { href: app_href("context/" + encodeURIComponent(context.name)) }, context.name)),
			element("td", {}, context.attach ?? "none"), element("td", {}, context.sleepable ? "yes" : "no"),
			["kfunc", "helper"].map((kind) => element("td", { class: "number" }, element("a", {
				href: app_href("kernels", { context: context.name, kind }) }, usable(kind, kernel.index, context.index)))));
		return [element("p", { class: "quiet" }, `The counts are the calls that a program can use on ${kernel.label} without further conditions. Each count links to the calls on all kernels.`),
			element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Contexts" },
				element("table", { class: "plain" }, element("thead", {}, element("tr", {}, ["context", "attach type", "sleepable", "kfuncs", "helpers"]
					.map((text) => element("th", { scope: "col" }, text)))), element("tbody", {}, contexts.map(row))))];
	}

	function ofKind(app, subject, fact, grids) {
		const draw = (grid) => {
			grids.push(grid);
			return grid.scroller;
		};
		if (kcompat.isCall(subject.kind))
			return [element("h2", {}, "Where it can be called"), key(), draw(callGrid(app, subject)),
				history("Signatures", variants(subject, (said) => said.prototype)),
				history("Flags", variants(subject, (said) => said.flags?.join(" ") || (said.flags ? "none" : null)))];
		if (subject.kind === "function")
			return [history("Prototypes", variants(subject, (said) => said.prototypes?.join("; "))),
				element("h2", {}, "Answer of each kernel"), functionTable(subject)];
		if (subject.kind === "program_type" || subject.kind === "context")
			return [element("h2", {}, "Contexts"), contextTable(model.contexts.filter((context) =>
				context[subject.kind === "context" ? "name" : "type"] === subject.name))];
		return [];
	}

	function facts(subject, fact) {
		const list = [];
		const add = (name, value) => value === undefined || list.push([element("dt", {}, name), element("dd", {}, value)]);
		add("module", fact?.module);
		add("set", fact?.set);
		add("number", fact?.id);
		add("found by", fact?.found_by?.join(", "));
		add("kind", fact?.kind);
		return list.length ? element("dl", { class: "facts" }, list) : null;
	}

	function subjectPage(app, kind, name) {
		const subject = kcompat.find(kind, name);
		if (!subject) {
			app.place(element("div", { class: "page" }, element("h1", {}, name),
				element("p", { class: "note" }, `None of these kernels is known to have a ${model.kinds[kind]} with this name. `,
					element("a", { href: app_href("names", { q: name }) }, "Search all names"))));
			return;
		}
		const there = model.kernels.filter((kernel) => isThere(kcompat.fact(subject, kernel.index)));
		const last = views.newest(there);
		const fact = last && kcompat.fact(subject, last.index);
		const told = model.kernels.filter((kernel) => isThere(kcompat.fact(subject, kernel.index)) || isGone(kcompat.fact(subject, kernel.index)));
		const grids = [];
		const prototype = fact?.prototype ?? fact?.prototypes?.join(";\n");
		const line = timeline(app, subject);
		grids.push(line);
		app.place(element("article", { class: "page" }, element("p", { class: "kind" }, model.kinds[kind]),
			element("h1", {}, name),
			prototype ? element("pre", { class: "prototype", tabindex: 0, "aria-label": "Declaration" }, prototype + ";") : null,
			element("p", { class: "lead" }, `In ${there.length} of the ${told.length} kernels with an answer. ${sighting(subject) ?? ""}` +
				(last ? ` The description is from ${last.label}.` : "")),
			facts(subject, fact), flagList(fact),
			element("h2", {}, "Kernels"), line.scroller, ofKind(app, subject, fact, grids)));
		for (const grid of grids)
			grid.draw();
	}

	function names(app) {
		const status = element("p", { class: "status", role: "status" });
		const list = element("div", { class: "names" });
		const kind = () => app.params.get("kind") ?? "";
		const MOST = 600; /* shown links; nobody reads a longer list */

		function draw() {
			const wanted = views.matcher(app.params.get("q"));
			const found = model.subjects.filter((subject) => (!kind() || subject.kind === kind()) && wanted(subject.name));
			status.textContent = `${views.count(found.length, "name")}` + (found.length > MOST ? `, first ${MOST} shown` : "");
			const shown = found.slice(0, MOST);
			list.replaceChildren(...views.unique(shown.map((subject) => subject.kind)).map((word) => element("section", {},
				element("h2", {}, model.kinds[word] + "s"), element("ul", {}, shown.filter((subject) => subject.kind === word)
					.map((subject) => element("li", {}, element("a", { href: app_subject(subject) }, subject.name)))))));
		}
		const form = element("form", { class: "controls", role: "search", "aria-label": "Filters" },
			views.select(app, "Kind", "kind", [["", "all"], ...Object.entries(model.kinds)], kind()),
			views.search(app, "Name", "q", "cpumask, or bpf_*_new", draw));
		form.addEventListener("submit", (event) => event.preventDefault());
		app.place(element("h1", { class: "visually-hidden" }, "All names"), form, status, list);
		draw();
	}

	return { subject: subjectPage, names, mark };
})();
