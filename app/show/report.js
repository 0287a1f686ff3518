const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/* An element with text and attributes. */
function make(tag, text, attributes = {}) {
	const element = document.createElement(tag);
	element.textContent = text;
	for (const [name, value] of Object.entries(attributes))
		element.setAttribute(name, value);
	return element;
}

/* -- The list: by words and by verdict */

const scenarios = $$(".sc");
let verdict = "";

function filter() {
	const words = $("#find").value.toLowerCase().split(/\s+/).filter(Boolean);
	let shown = 0;

	for (const scenario of scenarios) {
		scenario.text ??= $$("summary,.rfc,.parts", scenario).map((e) => e.textContent).join(" ").toLowerCase();
		scenario.hidden = (verdict && scenario.dataset.v !== verdict) ||
			words.some((word) => !scenario.text.includes(word));
		shown += !scenario.hidden;
	}
	for (const theme of $$(".theme"))
		theme.hidden = !$(".sc:not([hidden])", theme);
	$("#shown").textContent = `${shown} of ${scenarios.length}`;
	$("#none").hidden = shown > 0;
}

$("#find").oninput = filter;
for (const tile of $$(".tile"))
	tile.onclick = () => {
		verdict = verdict === tile.dataset.v ? "" : tile.dataset.v;
		for (const other of $$(".tile"))
			other.setAttribute("aria-pressed", other.dataset.v === verdict);
		filter();
	};
$("#open").onclick = () => scenarios.forEach((s) => { s.open = !s.hidden; });
$("#close").onclick = () => scenarios.forEach((s) => { s.open = false; });
filter();

/* A link to a scenario opens it, and shows it whatever the filter says. */
function follow() {
	const scenario = document.getElementById(decodeURIComponent(location.hash.slice(1)));

	if (!scenario || !scenario.classList.contains("sc"))
		return;
	scenario.hidden = scenario.parentElement.hidden = false;
	scenario.open = true;
	scenario.scrollIntoView();
}
addEventListener("hashchange", follow);

/* -- The diagram: who walks an edge */

function list(title, set, edge, panel) {
	const who = scenarios.filter((s) => BigInt("0x" + s.dataset[set]) >> BigInt(edge) & 1n);
	const ul = make("ul", "");

	if (!who.length)
		return 0;
	panel.append(make("h5", title, { class: set.endsWith("l") ? "lwip" : "kernel" }), ul);
	for (const scenario of who) {
		const li = make("li", "");
		li.append(make("a", scenario.id, { href: "#" + scenario.id, title: $(".title", scenario).textContent }));
		ul.append(li);
	}
	return who.length;
}

function choose(group) {
	const [from, to, event, rfc] = EDGES[group.dataset.e];
	const panel = $("#edge");

	$$(".diagram .on").forEach((e) => e.classList.remove("on"));
	group.classList.add("on");
	panel.replaceChildren(make("h4", `${from} → ${to}`), make("p", event),
		make("p", `RFC 9293, ${rfc}`, { class: "hint" }));
	for (const [end, name] of [["l", "lwIP"], ["k", "the kernel"]])
		if (!list(`on ${name} walked by`, end, group.dataset.e, panel) &&
		    !list(`on ${name} shown to be out of reach by`, "u" + end, group.dataset.e, panel))
			panel.append(make("p", `not walked on ${name} in this run`, { class: "hint" }));
	panel.scrollTop = 0;
}

for (const group of $$(".diagram .e[data-e]")) {
	group.setAttribute("tabindex", "0");
	group.setAttribute("role", "button");
	group.onclick = () => choose(group);
	group.onkeydown = (event) => {
		if (event.key === "Enter" || event.key === " ") {
			event.preventDefault();
			choose(group);
		}
	};
}

/* -- The ladders: a row's details, time gaps to scale, step by step */

const number = (element, name) => Number(element.getAttribute(name));
const y_of = (element) => Number(element.getAttribute("transform").match(/[\d.]+\)$/)[0].slice(0, -1));
const x_of = (element) => element.getAttribute("transform").match(/[\d.]+/)[0];

/* What a ladder is like before anything is stretched. */
function measure(svg) {
	const box = svg.viewBox.baseVal;

	return {
		svg, width: box.width, height: box.height, level: 0, at: -1, stepping: false,
		rows: $$(".row", svg).map((g) => ({ g, y: y_of(g), ms: Number(g.dataset.ms || 0), height: number($(".h", g), "height") })),
		bands: $$(".b", svg).map((g) => ({ g, x: x_of(g), y: y_of(g), a: +g.dataset.a, b: +g.dataset.b,
			rect: $("rect", g), height: number($("rect", g), "height") })),
		lines: $$(".hold", svg).map((path) => {
			const [x, y, to] = path.getAttribute("d").match(/[\d.]+/g);
			return { path, x, y: +y, to: +to, a: +path.dataset.a, b: +path.dataset.b };
		}),
	};
}

/* Ten times as long is one step more; what takes less than a millisecond is not stretched. */
function place(ladder) {
	const shift = [];
	let sum = 0;

	for (const row of ladder.rows)
		shift.push(sum += ladder.level * 12 * Math.log10(1 + row.ms));
	shift.push(sum);
	shift[-1] = 0;
	const last = ladder.stepping ? ladder.at : ladder.rows.length;
	const bottom = ladder.stepping && ladder.rows[last] ?
		ladder.rows[last].y + shift[last] + ladder.rows[last].height + 4 : Infinity;
	ladder.rows.forEach((row, i) => {
		row.g.setAttribute("transform", `translate(0 ${row.y + shift[i]})`);
		row.g.classList.toggle("later", i > last);
	});
	for (const band of ladder.bands) {
		const y = band.y + shift[band.a], end = band.y + band.height + shift[band.b];
		band.g.setAttribute("transform", `translate(${band.x} ${y})`);
		band.rect.setAttribute("height", Math.max(1, Math.min(end, bottom) - y));
		band.g.classList.toggle("later", band.a > last);
	}
	for (const line of ladder.lines) {
		line.path.setAttribute("d", `M${line.x} ${line.y + shift[line.a]}V${line.to + shift[line.b]}`);
		line.path.classList.toggle("later", line.b > last);
	}
	ladder.svg.setAttribute("viewBox", `0 0 ${ladder.width} ${ladder.height + sum}`);
}

/* One row at a time, in whichever ladder. */
function leave_row() {
	$$(".row.on").forEach((row) => row.classList.remove("on"));
	$$(".det").forEach((details) => { details.textContent = ""; });
}

function select(ladder, index) {
	const at = Math.max(0, Math.min(index, ladder.rows.length - 1));

	leave_row();
	ladder.at = at;
	ladder.rows[at].g.classList.add("on");
	ladder.details.textContent = $("title", ladder.rows[at].g).textContent;
	if (ladder.stepping) {
		place(ladder);
		ladder.rows[at].g.scrollIntoView({ block: "center", behavior: "smooth" });
	}
}

const HINT = "choose a row for its details";

function present(ladder, on) {
	const scenario = ladder.svg.closest(".sc");

	ladder.stepping = on;
	ladder.cols.classList.toggle("present", on);
	document.body.classList.toggle("presenting", on);
	ladder.title.textContent = on ? `${scenario.id} · ${$(".title", scenario).textContent}` : HINT;
	ladder.step.textContent = on ? "leave (Esc)" : "step through";
	place(ladder);
	if (on)
		select(ladder, 0);
	ladder.svg.focus({ preventScroll: true });
}

function stretch(ladder, by) {
	ladder.level = Math.max(0, Math.min(8, ladder.level + by));
	place(ladder);
}

function press(ladder, event) {
	const todo = {
		ArrowDown: () => select(ladder, ladder.at + 1), ArrowUp: () => select(ladder, ladder.at - 1),
		ArrowRight: () => select(ladder, ladder.at + 1), ArrowLeft: () => select(ladder, ladder.at - 1),
		Home: () => select(ladder, 0), End: () => select(ladder, ladder.rows.length - 1),
		"+": () => stretch(ladder, 1), "-": () => stretch(ladder, -1),
		Escape: () => ladder.stepping ? present(ladder, false) : leave_row(),
	}[event.key];

	if (!todo || event.ctrlKey || event.metaKey || event.altKey)
		return;
	event.preventDefault();
	todo();
}

/* What belongs to a ladder is made when it is first looked at. */
function set_up(svg) {
	const ladder = measure(svg);
	const bench = make("div", "", { class: "bench" });
	const less = make("button", "−", { type: "button", "aria-label": "shorter time gaps" });
	const more = make("button", "+", { type: "button", "aria-label": "longer time gaps" });

	ladder.cols = svg.closest(".cols");
	ladder.title = make("span", HINT);
	ladder.details = make("pre", "", { class: "det", "aria-live": "polite" });
	ladder.step = make("button", "step through", { type: "button", title: "fills the screen; arrow keys go from row to row" });
	bench.append(ladder.title, make("span", "", { class: "fill" }),
		make("span", "time gaps"), less, more, ladder.step);
	svg.before(bench);
	$(".side", ladder.cols).append(ladder.details);
	less.onclick = () => stretch(ladder, -1);
	more.onclick = () => stretch(ladder, 1);
	ladder.details.onclick = () => matchMedia("(max-width:900px)").matches && !ladder.stepping && leave_row();
	ladder.step.onclick = () => present(ladder, !ladder.stepping);
	svg.setAttribute("tabindex", "0");
	ladder.cols.addEventListener("keydown", (event) => press(ladder, event));
	ladder.rows.forEach((row, i) => { row.g.onclick = () => select(ladder, i); });
}

for (const scenario of scenarios) {
	const begin = () => {
		const svg = $(".ladder", scenario);
		if (!scenario.open || scenario.ready || !svg)
			return;
		scenario.ready = true;
		set_up(svg);
	};
	scenario.addEventListener("toggle", begin);
	begin();
}
follow();
