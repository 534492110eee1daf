/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types, functions, tracepoints, LSM hooks and system calls of the stored kernels: their pages, and two kernels side by side. */
"use strict";

const types = (() => {
	const { model } = kcompat;
	const VERDICT = 0, STEP = 1, DETAIL = 2, LAYOUT = 3, PART = 4; /* enum type_line of src/render/type_lines.h */
	const MOST = 400; /* names of a list */

	const href = (kind, name, params) => app_href(`${kind}/${encodeURIComponent(name)}`, params);
	const isKind = (word) => Boolean(model.store && Object.hasOwn(model.store.kinds, word));
	const noun = (word) => model.store.kinds[word].noun;
	const megabytes = () => `${(model.store.bytes / 1e6).toFixed(1)} MB`;
	const grouped = (number) => number.toLocaleString("en");

	/* Is it another one than before? Of functions, a prototype that only one side has is no change. */
	function differs(item, a, b) {
		if (!item.sets)
			return a !== b;
		const [x, y] = [item.sets[a], item.sets[b]];
		return x.some((one) => !y.includes(one)) && y.some((one) => !x.includes(one));
	}

	/* Lines of one kind, in groups: a line without a label continues the one before. */
	function groups(lines) {
		const list = [];
		for (const [, label, text] of lines)
			label || !list.length ? list.push([label, [text]]) : list.at(-1)[1].push(text);
		return list;
	}

	const words = (lines) => element("dl", { class: "verdict-lines" }, groups(lines).map(([label, texts]) =>
		[element("dt", {}, label), element("dd", {}, texts.map((text, at) => at ? [element("br"), text] : text))]));

	const MARKS = { same: ["✓", "f-present", "has it"], first: ["✓", "f-present", "has it"], changed: ["≠", "s-conditional", "has it, changed"],
		gone: ["·", "f-absent", "not in the kernel itself"], unknown: ["?", "f-unknown", "unknown"] };

	/* What a kernel says, compared with the one before it of its architecture and flavor. */
	function mark(item, kernel, kernels) {
		/* A kernel may have one of a kind of which not all are known. */
		const isKnown = ({ index }) => item.forms[index] >= 0 || model.store.kinds[item.kind].kernels.has(index);
		if (!isKnown(kernel))
			return "unknown";
		if (item.forms[kernel.index] < 0)
			return "gone";
		const before = kernels.filter((one) => one.index < kernel.index && one.arch === kernel.arch && one.flavor === kernel.flavor &&
			isKnown(one)).at(-1);
		if (!before || item.forms[before.index] < 0)
			return "first";
		return differs(item, item.forms[before.index], item.forms[kernel.index]) ? "changed" : "same";
	}

	/* The usual kernels are those of one architecture and flavor; `all=1` in the address asks for all. */
	const isUsual = (item) => model.series.some((kernel) => item.forms[kernel.index] >= 0);
	const usualKernels = (app, item) => isUsual(item) && !views.isOn(app, "all", false) ? model.series : model.kernels;

	function placesToggle(app, item) {
		const more = model.kernels.filter((kernel) => model.store.kinds[item.kind].kernels.has(kernel.index) && !model.series.includes(kernel)).length;
		return more && isUsual(item) ? element("div", { class: "toggles" },
			views.toggle(app, `show ${views.count(more, "kernel")} of other architectures and flavors`, "all", views.isOn(app, "all", false))) : null;
	}

	function timeline(app, item) {
		const kernels = usualKernels(app, item);
		const columns = views.unique(kernels.map((kernel) => kernel.version)).map((label) => ({ label }));
		const rows = views.unique(kernels.map((kernel) => `${kernel.arch} ${kernel.flavor}`)).sort().map((label) => ({ label }))
			.filter(({ label }) => kernels.some((kernel) => `${kernel.arch} ${kernel.flavor}` === label && mark(item, kernel, kernels) !== "unknown"));
		return new Grid({ name: "Kernels that have it", corner: "flavor", rows, columns, kind: "timeline still",
			cell: (row, column) => {
				const kernel = kernels.find((one) => one.version === columns[column].label && `${one.arch} ${one.flavor}` === rows[row].label);
				const [text, style, label] = kernel ? MARKS[mark(item, kernel, kernels)] : ["", "empty", "no such kernel"];
				return [{ text, style, label }];
			}, open: () => {} });
	}

	const key = (app, item) => element("ul", { class: "legend still", "aria-label": "Signs" }, Object.keys(MARKS).filter((name) => name !== "first" &&
		usualKernels(app, item).some((kernel) => mark(item, kernel, model.kernels).replace("first", "same") === name)).map((name) =>
		element("li", {}, element("i", { class: MARKS[name][1], "aria-hidden": "true" }, MARKS[name][0]), MARKS[name][2])));

	/* Each step with the members that changed, and the parts of the newest one. */
	function changes(item) {
		const steps = [];
		for (const line of item.lines.filter(([what]) => what === STEP || what === DETAIL))
			line[0] === STEP ? steps.push([line[2], []]) : steps.at(-1)[1].push(line);
		return steps.length ? element("section", { "aria-label": "Changes" }, element("h2", {}, "What changed"), steps.map(([title, lines]) =>
			element("details", { open: steps.length === 1 }, element("summary", {}, title),
				element("dl", { class: "changes" }, groups(lines).map(([label, texts]) => [element("dt", {}, label),
					texts.map((text) => element("dd", {}, element("code", {}, text)))]))))) : null;
	}

	function layout(app, item) {
		const parts = item.lines.filter(([what]) => what === PART);
		if (!parts.length)
			return null;
		const [, , title] = item.lines.find(([what]) => what === LAYOUT);
		const body = element("tbody");
		const fill = () => {
			const wanted = views.matcher(app.params.get("part"));
			const found = parts.filter(([, , text]) => wanted(text, text.match(/(\w+)\W*$/)?.[1] ?? text));
			body.replaceChildren(...found.map(([, place, text]) => element("tr", {}, element("td", {}, place), element("td", {}, element("code", {}, text)))));
			none.textContent = found.length ? "" : "None of them matches. One that is gone stands below what changed.";
		};
		const none = element("p", { role: "status", class: "quiet" });
		const table = element("section", {}, element("h2", { class: "sentence" }, title),
			parts.length > 8 ? element("form", { class: "controls", role: "search", "aria-label": "Members" },
				views.search(app, "Find", "part", "name or type", fill)) : null,
			element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": title }, element("table", { class: "plain" },
				element("thead", {}, element("tr", {}, ["place", "declaration"].map((text) => element("th", { scope: "col" }, text)))), body)), none);
		table.querySelector("form")?.addEventListener("submit", (event) => event.preventDefault());
		fill();
		return table;
	}

	function prototypes(item) {
		const list = item.prototypes.map((text, number) => [text, model.kernels.filter((kernel) => item.forms[kernel.index] === number)])
			.filter(([text, kernels]) => text && kernels.length);
		return list.length ? element("section", { "aria-label": "Prototypes" }, element("h2", {}, list.length > 1 ? "Prototypes" : "Prototype"),
			list.length > 1 ? element("ol", { class: "variants" }, list.map(([text, kernels]) => element("li", {}, element("code", {}, text),
				element("small", {}, pages.kernelsText(kernels))))) : element("pre", { class: "prototype", tabindex: 0, "aria-label": "Declaration" }, list[0][0] + ";")) : null;
	}

	const YES = { 1: "yes", 0: "no", "-1": "unknown" };
	const lines = (list) => list.map((text, at) => at ? [element("br"), text] : text);

	function factRow(name, fact, units, kernels) {
		const [collision, inline, suffixes, kind, refused, doubt, symbols] = fact;
		const column = (value) => element("td", {}, lines(symbols.map(value)));
		return element("tr", {}, element("th", { scope: "row" }, pages.kernelsText(kernels)),
			symbols.length ? [column(([symbol, binding]) => symbol.replace("\u0001", name) + (binding ? ` (${binding})` : "")),
				column((symbol) => YES[symbol[2]]), column((symbol) => YES[symbol[3]]), column((symbol) => symbol[4] || "unknown"),
				column((symbol) => symbol[5] || "unknown")] : element("td", { colspan: 5 }, "no symbol"),
			element("td", {}, kind || collision || "unknown"), element("td", {}, inline || "unknown"), element("td", {}, suffixes === 0 ? "unknown" : suffixes || "none"),
			element("td", {}, refused || (doubt ? `may be refused: ${doubt}` : "nothing known")), element("td", {}, units ? lines(units) : "unknown"));
	}

	const HEADS = ["kernels", "symbols", "ftrace patches it", "kprobe refused", "exported", "section", "kind", "inlined", "suffixes", "fentry refused", "compiled from"];

	/* Kernels with the same facts share a row. */
	function facts(item) {
		const rows = new Map();
		for (const kernel of model.kernels) {
			const fact = item.facts[kernel.index], units = item.units[kernel.index];
			if (fact) {
				const same = JSON.stringify([fact, units]);
				rows.set(same, [...rows.get(same) ?? [], kernel]);
			}
		}
		return rows.size ? element("section", { "aria-label": "Attachment" }, element("h2", {}, "Symbols, attachment and inlining"),
			element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Facts by kernel" }, element("table", { class: "plain facts-table" },
				element("thead", {}, element("tr", {}, HEADS.map((text) => element("th", { scope: "col" }, text)))),
				element("tbody", {}, [...rows].map(([same, kernels]) => factRow(item.name, ...JSON.parse(same), kernels))))),
			element("p", { class: "quiet" }, "Unknown means that no debug information, or no table of the image, was read. Its callers are not part of this site: ",
				element("code", {}, `kcompat show ${item.name}`), " prints them.")) : null;
	}

	/* The sections about one name of one kind. Returns the tables to draw when they are in the document. */
	function sections(app, item) {
		const grid = timeline(app, item);
		return { grid, nodes: [element("section", { "aria-label": "Verdict" }, words(item.lines.filter(([what]) => what === VERDICT))), links(item),
			item.prototypes ? prototypes(item) : null,
			element("h2", {}, "Kernels"), key(app, item), placesToggle(app, item), grid.scroller, item.facts ? facts(item) : null, changes(item), layout(app, item)] };
	}

	const SOURCES = { syscall: "sys_" };
	function links(item) {
		const last = model.series.findLast((kernel) => item.forms[kernel.index] >= 0);
		if (!last || !/^\d+\.\d+$/.test(last.version) || !/^\w+$/.test(item.name))
			return null;
		const symbol = (item.kind === "tracepoint" ? "trace_" : SOURCES[item.kind] ?? "") + item.name;
		return element("ul", { class: "links", "aria-label": "Elsewhere" }, element("li", {}, element("a", { rel: "noreferrer",
			href: `https://elixir.bootlin.com/linux/v${last.version}/A/ident/${symbol}` }, `source in Linux ${last.version}`)));
	}

	const also = (others) => others.length ? element("p", { class: "quiet" }, "Also of this name: ", others.map((item, at) =>
		[at ? ", " : "", element("a", { href: href(item.kind, item.name) }, `${noun(item.kind)} ${item.name}`)])) : null;

	async function page(app, kind, name) {
		const article = element("article", { class: "page" }, element("p", { class: "kind" }, noun(kind)), element("h1", {}, name),
			element("p", { class: "quiet", role: "status" }, "Reading …"));
		app.place(article);
		try {
			const items = await kcompat.stored(name), item = items.find((one) => one.kind === kind);
			const others = items.filter((one) => one !== item);
			if (!article.isConnected)
				return;
			if (!item) {
				article.lastChild.replaceWith(element("p", { class: "note" }, `None of the kernels whose types and functions are stored has a ${noun(kind)} with this name. `,
					element("a", { href: app_href("names", { q: name, inside: 1 }) }, "Search all names")), also(others) ?? "");
				return;
			}
			const { grid, nodes } = sections(app, item);
			article.lastChild.replaceWith(...[also(others), ...nodes].filter(Boolean));
			grid.draw();
		} catch (error) {
			article.lastChild.replaceWith(element("p", { class: "note", role: "alert" }, error.message));
		}
	}

	/* "5.10", the first kernel of the series with it; null: none. */
	const first = (item) => model.series.find((kernel) => kcompat.pattern(item.pattern).forms[kernel.index] >= 0) ?? null;

	/* Where to look for what a user types: the begin of a name, up to the first wildcard or the dot before a member. */
	function asked(text) {
		const [word] = (text ?? "").trim().split(/\s+/).filter(Boolean);
		const [, name, part] = (word ?? "").match(/^(?:struct:|union:|enum:|func:)?([^.]*)(?:\.(.*))?$/) ?? ["", word ?? ""];
		return { prefix: name.replace(/[*?].*$/s, ""), part };
	}

	/* The best of all names that begin so: the shortest ones. Nothing without a store. */
	async function suggest(text, most) {
		const { prefix, part } = asked(text);
		if (!model.store || !prefix)
			return [];
		const others = text.trim().toLowerCase().split(/\s+/).slice(1);
		/* Of one letter, the first files do. */
		const found = await kcompat.namesFrom(prefix, 4);
		return found.filter((item) => !item.other && (part === undefined || item.low === prefix.toLowerCase()) &&
			others.every((word) => item.low.includes(word)))
			.sort((a, b) => a.name.length - b.name.length || (a.low < b.low ? -1 : 1)).slice(0, most)
			.map((item) => ({ ...item, href: href(item.kind, item.name, part ? { part } : undefined), since: first(item)?.version }));
	}

	/* The names of a list. `tell` receives how much is read. */
	async function list(app, kind, tell) {
		const q = app.params.get("q") ?? "", since = app.params.get("since");
		const wanted = views.matcher(q), { prefix } = asked(q);
		const isAll = views.isOn(app, "inside", false);
		if (!isAll && !prefix)
			return null;
		const all = isAll ? await kcompat.allNames(tell) : await kcompat.namesFrom(prefix);
		return all.filter((item) => !item.other && (!kind || item.kind === kind) && (isAll ? wanted(item.name) : true) &&
			(/[*?]/.test(q) ? wanted(item.name) : true) && (!since || first(item)?.label === since));
	}

	const ORDER = ["tracepoint", "lsm_hook", "syscall", "struct", "union", "enum", "typedef", "variable", "function"];

	function judge(item, a, b) {
		const { forms, sets } = kcompat.pattern(item.pattern), [x, y] = [forms[a], forms[b]];
		if (x < 0 || y < 0)
			return x >= 0 ? "removed" : y >= 0 ? "added" : null;
		return differs({ sets }, x, y) ? "changed" : null;
	}

	function differences(all, a, b, wanted) {
		const found = Object.fromEntries(ORDER.map((kind) => [kind, { added: [], removed: [], changed: [] }]));
		for (const item of all) {
			const outcome = item.other || !wanted(item.name) ? null : judge(item, a.index, b.index);
			if (outcome)
				found[item.kind][outcome].push(item);
		}
		return found;
	}

	const names = (kind, title, items) => items.length ? [element("h3", {}, `${grouped(items.length)} ${title}`), element("ul", { class: "chips" },
		items.slice(0, MOST).map((item) => element("li", {}, element("a", { href: href(kind, item.name) }, item.name)))),
	items.length > MOST ? element("p", { class: "quiet" }, `${grouped(items.length - MOST)} more: a narrower name shows them.`) : null] : [];

	function drawDifferences(place, all, a, b, wanted) {
		const knows = (kind) => [a, b].every((kernel) => model.store.kinds[kind].kernels.has(kernel.index));
		const found = differences(all, a, b, wanted), outcomes = ["added", "removed", "changed"];
		place.replaceChildren(element("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Summary" }, element("table", { class: "plain" },
			element("thead", {}, element("tr", {}, ["kind", ...outcomes].map((text) => element("th", { scope: "col" }, text)))),
			element("tbody", {}, ORDER.map((kind) => element("tr", {}, element("th", { scope: "row" }, noun(kind) + "s"), knows(kind)
				? outcomes.map((outcome) => element("td", { class: "number" }, grouped(found[kind][outcome].length)))
				: element("td", { colspan: 3 }, "unknown: one of the kernels is not stored with all of them")))))),
		...ORDER.filter((kind) => knows(kind) && outcomes.some((outcome) => found[kind][outcome].length)).map((kind) =>
			element("details", {}, element("summary", {}, noun(kind) + "s"), outcomes.map((outcome) => names(kind, outcome, found[kind][outcome])))));
	}

	/* Two kernels side by side: counts, and names by a glob, read when somebody asks for them. */
	function compare(app, a, b) {
		if (!model.store)
			return null;
		const place = element("div", { class: "differences" }), status = element("p", { class: "status", role: "status" });
		let all = null;
		const draw = () => all && drawDifferences(place, all, a, b, views.matcher(app.params.get("type")));
		const button = element("button", { type: "button", class: "wide-button" }, `Compare ${grouped(model.store.count)} types and functions (reads ${megabytes()})`);
		const search = element("form", { class: "controls", role: "search", "aria-label": "Types and functions", hidden: true },
			views.search(app, "Type or function", "type", "tcp_*", draw));
		search.addEventListener("submit", (event) => event.preventDefault());
		const read = async () => {
			button.hidden = true;
			app.note("types", "1");
			try {
				all = await kcompat.allNames((share) => { status.textContent = `Reading, ${Math.round(100 * share)} % …`; });
				status.textContent = `From ${a.label} to ${b.label}. What only a module has is not among them.`;
				search.hidden = false;
				draw();
			} catch (error) {
				status.textContent = error.message;
			}
		};
		button.addEventListener("click", read);
		if (views.isOn(app, "types", false))
			read();
		return element("section", { class: "page", "aria-label": "Types and functions" }, element("h2", {}, "Types and functions"), button, status, search, place);
	}

	return { page, differences, isKind, suggest, list, compare, href, noun, grouped, megabytes, first };
})();
