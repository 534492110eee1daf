/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtualised table: only visible rows are in the DOM. The Tab key reaches one cell. From there, the arrow
 * keys, Home, End, Page Up and Page Down move, and Enter opens a cell.
 */
"use strict";

/* element("a", {href: "#"}, "text", child): text is never markup. */
function element(name, attributes, ...children) {
	const node = document.createElement(name);
	for (const [key, value] of Object.entries(attributes ?? {})) {
		if (value === true)
			node.setAttribute(key, "");
		else if (value !== undefined && value !== null && value !== false)
			node.setAttribute(key, value);
	}
	node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
	return node;
}

class Grid {
	static ROW = 24; /* pixels, as style.css has it */
	static LABEL = matchMedia("(max-width: 40rem)").matches ? 16 : 24; /* characters that fit into the head of style.css */
	static SPARE = 12; /* extra rows before and after the visible ones */

	/*
	 * rows, columns: [{label, title, full, href, mark, note}]. cell(row, column) returns one or two of {text, style,
	 * label, meaning}. open(row, column) opens a cell. tell(text) receives a description of the cell under the
	 * pointer, with `full` for `label`.
	 */
	constructor(options) {
		Object.assign(this, options);
		this.lines = new Map();
		this.at = { row: 0, column: 0 };
		this.body = element("tbody");
		this.table = element("table", {
			role: "grid", "aria-label": this.name, class: "grid " + (this.kind ?? ""),
			"aria-rowcount": this.rows.length + 1, "aria-colcount": this.columns.length + 1,
		}, this.head(), this.body);
		this.scroller = element("div", { class: "scroller" }, this.table);
		this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
		this.table.addEventListener("click", (event) => this.click(event));
		this.table.addEventListener("keydown", (event) => this.key(event));
		for (const type of ["mouseover", "focusin"])
			this.table.addEventListener(type, (event) => this.point(event));
		this.resize = new ResizeObserver(() => this.draw());
		this.resize.observe(this.scroller);
	}

	/* What tells long names apart is their end: the member of a struct_ops type. */
	static short(label) {
		return label.length > Grid.LABEL ? "…" + label.slice(1 - Grid.LABEL) : label;
	}

	head() {
		const cells = this.columns.map((column, index) => element("th", {
			scope: "col", role: "columnheader", "aria-colindex": index + 2, title: column.title,
			class: column.mark ? "mark" : null, "data-column": index, tabindex: -1, "aria-label": column.label,
		}, element("span", {}, column.href
			? element("a", { href: column.href, tabindex: -1 }, Grid.short(column.label)) : Grid.short(column.label))));
		return element("thead", { role: "rowgroup" }, element("tr", { role: "row", "aria-rowindex": 1 },
			element("th", { scope: "col", role: "columnheader", "aria-colindex": 1, class: "corner" },
				element("span", {}, this.corner)), cells));
	}

	line(row) {
		const { label, title, href, note } = this.rows[row];
		const cells = this.columns.map((column, index) => {
			const parts = this.cell(row, index);
			return element("td", {
				role: "gridcell", "aria-colindex": index + 2, "data-column": index, tabindex: -1,
				"aria-label": parts.map((part) => part.label).join(", then "),
				class: (column.mark ? "mark " : "") + (parts.length === 1 ? parts[0].style : "pair"),
			}, parts.length === 1 ? parts[0].text
				: parts.map((part) => element("i", { class: part.style }, part.text)));
		});
		return element("tr", { role: "row", "aria-rowindex": row + 2, "data-row": row },
			element("th", { scope: "row", role: "rowheader", "aria-colindex": 1, title: title ?? label, tabindex: -1,
				"data-column": -1 },
			note ? [element("small", { class: "badge" }, note), " "] : null,
			href ? element("a", { href, tabindex: -1 }, label) : label), cells);
	}

	spacer(rows) {
		const node = element("tr", { class: "spacer", "aria-hidden": "true" });
		node.style.height = rows * Grid.ROW + "px";
		return node;
	}

	/* The visible rows, [first, last). */
	sight() {
		const top = Math.floor(this.scroller.scrollTop / Grid.ROW);
		const count = Math.ceil((this.scroller.clientHeight || 600) / Grid.ROW);
		return [Math.max(0, top - Grid.SPARE), Math.min(this.rows.length, top + count + Grid.SPARE)];
	}

	draw() {
		const [first, last] = this.sight();
		if (this.drawn && this.drawn[0] === first && this.drawn[1] === last)
			return;
		this.drawn = [first, last];
		const lines = new Map();
		for (let row = first; row < last; row++)
			lines.set(row, this.lines.get(row) ?? this.line(row));
		/* If the row with the focus is removed, the table takes the focus. */
		const held = [...this.lines].find(([row, line]) => !lines.has(row) && line.contains(document.activeElement));
		if (held)
			this.scroller.focus();
		this.lines = lines;
		for (const node of [...this.body.children]) {
			if (node.className === "spacer" || !lines.has(Number(node.dataset.row)))
				node.remove();
		}
		let before = null;
		for (const line of lines.values()) {
			const next = before ? before.nextSibling : this.body.firstChild;
			if (next !== line)
				this.body.insertBefore(line, next);
			before = line;
		}
		if (first > 0)
			this.body.prepend(this.spacer(first));
		if (last < this.rows.length)
			this.body.append(this.spacer(this.rows.length - last));
		this.rove();
		if (this.picked)
			this.select(...this.picked);
	}

	node(row, column) {
		const line = row < 0 ? this.table.tHead.rows[0] : this.lines.get(row);
		return line?.querySelector(`[data-column="${column}"]`);
	}

	/* Lets Tab reach the current cell, or a visible cell if the current one is not in the DOM. */
	rove() {
		this.table.querySelector('[tabindex="0"]')?.setAttribute("tabindex", -1);
		const node = this.node(this.at.row, this.at.column) ?? this.node(this.drawn[0], 0);
		node?.setAttribute("tabindex", 0);
	}

	reveal(row) {
		const top = row * Grid.ROW, head = this.table.tHead.offsetHeight;
		const { scrollTop, clientHeight } = this.scroller;
		if (top < scrollTop)
			this.scroller.scrollTop = top;
		else if (top + Grid.ROW > scrollTop + clientHeight - head)
			this.scroller.scrollTop = top + Grid.ROW - clientHeight + head;
		this.draw();
	}

	go(row, column, focus = true) {
		this.at = {
			row: Math.max(-1, Math.min(this.rows.length - 1, row)),
			column: Math.max(-1, Math.min(this.columns.length - 1, column)),
		};
		if (this.at.row < 0 && this.at.column < 0)
			this.at.column = 0;
		if (this.at.row >= 0)
			this.reveal(this.at.row);
		this.rove();
		if (focus)
			this.node(this.at.row, this.at.column)?.focus({ preventScroll: false });
	}

	select(row, column) {
		this.picked = [row, column];
		this.chosen?.classList.remove("chosen");
		this.chosen = this.node(row, column);
		this.chosen?.classList.add("chosen");
	}

	enter() {
		const { row, column } = this.at;
		if (row >= 0 && column >= 0) {
			this.select(row, column);
			this.open(row, column);
			return;
		}
		this.node(row, column)?.querySelector("a")?.click();
	}

	key(event) {
		const page = Math.max(1, Math.floor(this.scroller.clientHeight / Grid.ROW) - 2);
		const { row, column } = this.at;
		const far = event.ctrlKey;
		const moves = {
			ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
			ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
			PageUp: [Math.max(0, row - page), column], PageDown: [row + page, column],
			Home: [far ? 0 : row, 0], End: [far ? this.rows.length - 1 : row, this.columns.length - 1],
		};
		if (event.altKey || event.metaKey)
			return;
		if (moves[event.key])
			this.go(...moves[event.key]);
		else if (event.key === "Enter" || event.key === " ")
			this.enter();
		else
			return;
		event.preventDefault();
	}

	place(event) {
		const node = event.target.closest?.("[data-column]");
		if (!node)
			return null;
		return { node, column: Number(node.dataset.column), row: Number(node.closest("tr").dataset.row ?? -1) };
	}

	click(event) {
		const place = this.place(event);
		if (!place || event.target.closest("a"))
			return;
		this.go(place.row, place.column);
		if (place.row >= 0 && place.column >= 0)
			this.enter();
	}

	point(event) {
		const place = this.place(event);
		const full = (line) => line.full ?? line.label;
		if (!place)
			return;
		this.pointed?.classList.remove("pointed");
		this.pointed = this.node(-1, place.column);
		this.pointed?.classList.add("pointed");
		if (event.type === "focusin")
			this.at = { row: place.row, column: place.column };
		if (place.row >= 0 && place.column >= 0)
			this.tell?.(this.cell(place.row, place.column).map((part) => part.label + (part.meaning ? ` (${part.meaning})` : ""))
				.join(" → ") + ` · ${full(this.columns[place.column])} · ${full(this.rows[place.row])}`);
	}
}
