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

	/* The usual kernels are the versions of one architecture and flavor; `all=1` in the address asks for all. */
	function kernelsWithCells(app, subject) {
		const has = (kernel) => kcompat.cells(subject, kernel.index);
		const usual = model.series.filter(has);
		return views.isOn(app, "all", false) || !usual.length ? model.kernels.filter(has) : usual;
	}

	function placesToggle(app) {
		const more = model.kernels.length - model.series.length;
		return more && model.series.length ? views.toggle(app, `show ${views.count(more, "kernel")} of other architectures and flavors`, "all",
			views.isOn(app, "all", false)) : null;
	}

	/* A table of kernels: versions by architectures and flavors. */
	function timeline(app, subject) {
		const isUsual = model.series.some((kernel) => isThere(kcompat.fact(subject, kernel.index)));
		const kernels = isUsual && !views.isOn(app, "all", false) ? model.series : model.kernels;
		const places = views.unique(kernels.map((kernel) => `${kernel.arch} ${kernel.flavor}`)).sort();
		const plain = new Set(kernels.map((kernel) => `${kernel.version} ${kernel.arch} ${kernel.flavor}`)).size === kernels.length;
		const key = plain ? (kernel) => kernel.version : (kernel) => kernel.label;
		const columns = views.unique(kernels.map(key)).map((label) => ({ label }));
		const kernelAt = (row, column) => kernels.find((kernel) =>
			key(kernel) === column.label && `${kernel.arch} ${kernel.flavor}` === row.label);
		const rows = places.map((label) => ({ label }));
		return new Grid({ name: "Kernels that have it", corner: "flavor", rows, columns, kind: "timeline",
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
	}

	/* Contexts by kernels. Contexts with the same answers share a row. */
	function callGrid(app, subject, tell) {
		const kernels = kernelsWithCells(app, subject);
		const contexts = model.contexts.filter((context) => kernels.some((kernel) =>
			!["none", "unsupported"].includes(kcompat.state(subject, kernel.index, context.index).word)));
		const letters = (context) => kernels.map((kernel) => kcompat.state(subject, kernel.index, context).letter).join("");
		const rows = views.contextColumns(contexts, true, letters).map((row) =>
			({ ...row, note: row.members.length > 1 ? `×${row.members.length}` : null, label: row.full }));
		let before = null;
		const columns = kernels.map((kernel) => {
			const first = kernel.version !== before;
			before = kernel.version;
			return { kernel, mark: first, label: kernels.every((one) => model.series.includes(one)) ? kernel.version : kernel.label, full: kernel.label,
				title: `${kernel.label}, ${kernel.release}, ${views.how(kernel)}`,
				href: app_href("matrix", { kernel: kernel.label, kind: subject.kind, q: subject.name, tests: 1 }) };
		});
		const short = columns.every((column) => column.label.length < 6);
		const states = new Set(contexts.flatMap((context) => kernels.map((kernel) => kcompat.state(subject, kernel.index, context.index).word)));
		const grid = new Grid({ name: "Contexts by kernels", corner: "context", rows, columns, tell, kind: short ? "calls timeline" : "calls",
			cell: (row, column) => [views.part(kcompat.state(subject, columns[column].kernel.index, rows[row].members[0]))],
			open: (row, column) => app.show([{ subject, kernel: columns[column].kernel.index, members: rows[row].members }]) });
		return { grid, states };
	}

	/* The table of contexts, between the meaning of its letters and the words for the cell that is pointed at. */
	function callSection(app, subject, grids) {
		const told = element("p", { class: "told", "aria-hidden": "true" }, "Point at a cell: its contexts and its answer are written here.");
		const { grid, states } = callGrid(app, subject, (text) => { told.textContent = text; });
		grids.push(grid);
		return element("section", { class: "where", "aria-label": "Contexts" }, element("h2", {}, "Where it can be called"),
			key(states), grid.rows.length ? grid.scroller : element("p", { class: "quiet" }, "No kernel has an answer by context."), told);
	}

	function key(words) {
		return element("ul", { class: "legend still", "aria-label": "States" }, model.states.filter((state) => state.word !== "none" && words.has(state.word))
			.map((state) => element("li", { title: state.meaning }, element("i", { class: "s-" + state.word, "aria-hidden": "true" }, state.letter), state.word)));
	}

	/* [context, kernel, source] */
	const example = ([context, kernel, source]) => [element("p", { class: "quiet" }, `A program for ${context} that Linux ${kernel} accepted.`),
		element("pre", { tabindex: 0, "aria-label": "Example in C" }, source)];

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
		if (kcompat.isCall(subject.kind))
			return [callSection(app, subject, grids), history("Signatures", variants(subject, (said) => said.prototype)),
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

	const DOCS = { kfunc: ["kfuncs", ""], helper: ["helper-function", ""], program_type: ["program-type", "BPF_PROG_TYPE_"], map_type: ["map-type", "BPF_MAP_TYPE_"] };
	const SYMBOLS = { kfunc: "", function: "", program_type: "BPF_PROG_TYPE_", map_type: "BPF_MAP_TYPE_", link_type: "BPF_LINK_TYPE_" };
	const symbol = (subject, prefix) => prefix ? prefix + subject.name.toUpperCase() : subject.name;

	/* "6.12.94", as the build says; the release of some distributions has no third number of its own. */
	const exactVersion = (kernel) => kernel.build.match(/Debian (\d+\.\d+\.\d+)/)?.[1] ?? kernel.release.match(/^\d+\.\d+\.[1-9]\d*/)?.[0];

	/* Where the newest kernel with debug information defines the function: [version, file, line], ... */
	function definitions(name) {
		const subject = kcompat.find("function", name);
		const places = (kernel) => (kcompat.fact(subject, kernel.index).instances ?? [])
			.filter(({ file, line }) => line && /^\w[\w./-]*$/.test(file) && !file.includes(".."))
			.map(({ file, line }) => [exactVersion(kernel), file, line]);
		const kernel = subject && model.kernels.findLast((one) => exactVersion(one) && places(one).length);
		return kernel ? places(kernel) : [];
	}

	/* What others write about it. docs.ebpf.io has a page for what is listed with a version. */
	function elsewhere(subject, last, commit) {
		const list = [];
		const add = (href, text) => list.push(element("li", {}, element("a", { href, rel: "noreferrer" }, text)));
		if (subject.listed && DOCS[subject.kind])
			add(`https://docs.ebpf.io/linux/${DOCS[subject.kind][0]}/${symbol(subject, DOCS[subject.kind][1])}/`, "docs.ebpf.io");
		if (model.store && subject.kind === "kfunc")
			add(types.href("function", subject.name), "as a kernel function");
		const defined = ["kfunc", "function"].includes(subject.kind) ? definitions(subject.name) : [];
		for (const [version, file, line] of defined)
			add(`https://elixir.bootlin.com/linux/v${version}/source/${file}#L${line}`, `${file}:${line} in Linux ${version}`);
		if (!defined.length && /^\d+\.\d+$/.test(last?.version) && SYMBOLS[subject.kind] !== undefined && /^\w+$/.test(subject.name))
			add(`https://elixir.bootlin.com/linux/v${last.version}/A/ident/${symbol(subject, SYMBOLS[subject.kind])}`, `source in Linux ${last.version}`);
		if (/^[0-9a-f]{40}$/.test(commit))
			add(`https://git.kernel.org/torvalds/c/${commit}`, `commit ${commit.slice(0, 12)}`);
		return element("ul", { class: "links", "aria-label": "Elsewhere" }, list);
	}

	/* Lines of one label, in the order of the labels. */
	function byLabel(lines) {
		const groups = [];
		for (const [label, text] of lines) {
			if (label || !groups.length)
				groups.push([label, []]);
			groups.at(-1)[1].push(text);
		}
		return groups;
	}

	const FIRST = ["since", "running", "newest"]; /* begin the page */
	const TITLES = { changed: "What changed", missing: "Where it is missing", unknown: "Where it is not known", blocked: "Where it is blocked",
		elsewhere: "Other architectures and flavors" };

	/* Fills the places of a page that wait for data/texts.js. */
	function fill(places, subject, last, words) {
		const groups = byLabel(words.lines);
		const texts = (label) => groups.filter(([own]) => own === label).flatMap(([, list]) => list);
		places.verdict.replaceChildren(...FIRST.flatMap((label) => texts(label).map((text) => [element("dt", {}, label), element("dd", {}, text)])).flat());
		places.links.replaceWith(elsewhere(subject, last, words.commit));
		if (words.prototype)
			places.prototype.append(element("pre", { class: "prototype", tabindex: 0, "aria-label": "Declaration" }, words.prototype + ";"));
		for (const label of views.unique(groups.map(([own]) => own)).filter((one) => !FIRST.includes(one))) {
			const list = texts(label);
			(label === "changed" ? places.changes : places.rest).append(element("h2", {}, TITLES[label] ?? label),
				element("ul", { class: "variants" }, list.map((text) => element("li", {}, text))));
		}
		if (words.example)
			places.rest.append(element("h2", {}, "Example"), ...example(words.example));
	}

	function places() {
		return { verdict: element("dl", { class: "verdict-lines" }), prototype: element("div"),
			links: element("ul", { class: "links" }), changes: element("section", { "aria-label": "Changes" }), rest: element("section", { "aria-label": "More" }) };
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
		const last = model.series.findLast((kernel) => there.includes(kernel)) ?? views.newest(there);
		const fact = last && kcompat.fact(subject, last.index);
		const told = model.kernels.filter((kernel) => isThere(kcompat.fact(subject, kernel.index)) || isGone(kcompat.fact(subject, kernel.index)));
		const grids = [];
		const prototype = fact?.prototype ?? fact?.prototypes?.join(";\n");
		const line = timeline(app, subject);
		grids.push(line);
		const later = places();
		if (prototype)
			later.prototype.append(element("pre", { class: "prototype", tabindex: 0, "aria-label": "Declaration" }, prototype + ";"));
		app.place(element("article", { class: "page" }, element("p", { class: "kind" }, model.kinds[kind]),
			element("h1", {}, name, subject.isTest ? element("small", { class: "badge" }, "for tests of the kernel") : null),
			element("section", { "aria-label": "Verdict" }, later.verdict), later.links, later.prototype, facts(subject, fact), flagList(fact),
			element("h2", {}, "Kernels"), element("p", { class: "quiet" }, `In ${there.length} of the ${told.length} kernels with an answer.` +
				(last ? ` The description is from ${last.label}.` : "")), element("div", { class: "toggles" }, placesToggle(app)), line.scroller,
			later.changes, ofKind(app, subject, fact, grids), later.rest));
		for (const grid of grids)
			grid.draw();
		return kcompat.words(subject).then((words) => fill(later, subject, last, words)).catch((error) =>
			later.verdict.replaceWith(element("p", { class: "note", role: "alert" }, error.message)));
	}

	/* The names that the series first has on the kernel with this label. */
	function sinceSelect(app) {
		return views.select(app, "First seen in", "since", [["", "any kernel"], ...model.series.map((kernel, at) =>
			[kernel.label, at ? kernel.version : `${kernel.version} or earlier`])], app.params.get("since") ?? "");
	}

	const MOST = 2000; /* names of one kind of stored kernels */

	function storedList(kind, items) {
		return element("section", {}, element("h2", {}, `${types.grouped(items.length)} ${types.noun(kind)}${items.length === 1 ? "" : "s"}`),
			element("ul", {}, items.slice(0, MOST).map((item) => element("li", {}, element("a", { href: types.href(kind, item.name) }, item.name)))),
			items.length > MOST ? element("p", { class: "quiet" }, `${types.grouped(items.length - MOST)} more: a longer name shows them.`) : null);
	}

	function names(app) {
		const status = element("p", { class: "status", role: "status" });
		const list = element("div", { class: "names" }), stored = element("div", { class: "names" });
		const kind = () => app.params.get("kind") ?? "";
		let asked = 0;

		/* Those of stored kernels come later: they are read when they are asked for. */
		async function drawStored() {
			const own = ++asked;
			if (!model.store || (kind() && !types.isKind(kind())))
				return stored.replaceChildren();
			const say = (...text) => own === asked && stored.replaceChildren(element("p", { class: "quiet", role: "status" }, ...text));
			try {
				const found = await types.list(app, kind(), (share) => say(`Reading all names, ${Math.round(100 * share)} % …`));
				if (own !== asked)
					return;
				if (!found)
					return say(`${types.grouped(model.store.count)} types and functions of stored kernels are listed when the filter has the begin of a name.`);
				const kinds = views.unique(found.map((item) => item.kind)).sort();
				stored.replaceChildren(...kinds.map((word) => storedList(word, found.filter((item) => item.kind === word))));
				if (!found.length)
					say("No type or function of the stored kernels ", views.isOn(app, "inside", false) ? "has this in its name." : "begins with it.");
			} catch (error) {
				say(error.message);
			}
		}

		function draw() {
			const wanted = views.matcher(app.params.get("q"));
			const since = app.params.get("since");
			const all = model.subjects.filter((subject) => (!kind() || subject.kind === kind()) && wanted(subject.name) &&
				(!since || model.kernels[subject.first]?.label === since));
			const found = all.filter((subject) => !subject.isTest || views.isOn(app, "tests", false));
			status.textContent = views.count(found.length, "name") + (all.length > found.length ? `; ${all.length - found.length} for tests of the kernel are not shown` : "");
			list.replaceChildren(...views.unique(found.map((subject) => subject.kind)).map((word) => element("section", {},
				element("h2", {}, model.kinds[word] + "s"), element("ul", {}, found.filter((subject) => subject.kind === word)
					.map((subject) => element("li", {}, element("a", { href: app_subject(subject) }, subject.name),
						subject.isTest ? element("small", { class: "badge" }, "test") : null))))));
			drawStored();
		}
		const kinds = { ...model.kinds, ...Object.fromEntries(Object.values(model.store?.kinds ?? {}).map(({ word, noun }) => [word, noun])) };
		const form = element("form", { class: "controls", role: "search", "aria-label": "Filters" },
			views.select(app, "Kind", "kind", [["", "all"], ...Object.entries(kinds)], kind()),
			sinceSelect(app), views.search(app, "Name", "q", "cpumask, or bpf_*_new", draw),
			element("div", { class: "toggles" }, views.toggle(app, "show kfuncs for tests of the kernel", "tests", views.isOn(app, "tests", false)),
				model.store ? views.toggle(app, `look inside of names of types and functions (reads ${types.megabytes()})`, "inside", views.isOn(app, "inside", false)) : null));
		form.addEventListener("submit", (event) => event.preventDefault());
		app.place(element("h1", { class: "visually-hidden" }, "All names"), form, status, list, stored);
		draw();
	}

	return { subject: subjectPage, names, mark, example, isThere, isGone, kernelsText };
})();
