// What a reader does with the report, for report.t; what comes of it is written to the end of the page.
"use strict";
addEventListener("load", () => setTimeout(() => {
	const said = [];
	const key = (element, name) => element.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
	const shown = () => $$(".sc").filter((s) => s.offsetParent !== null).length;
	const type = (text) => { $("#find").value = text; $("#find").oninput(); };

	said.push(`opens in ${Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd)} ms`);
	said.push(`shown: ${shown() === $$(".sc").length}`);
	type("handshake three-way");
	said.push(`by words: ${shown()}`);
	type("no such words");
	said.push(`none: ${shown()} ${!$("#none").hidden}`);
	type("");
	$(".tile.deviates").click();
	said.push(`by verdict: ${shown()} of ${$(".tile.deviates b").textContent}`);
	$(".tile.deviates").click();

	// FIN_WAIT_1 → CLOSING, chosen with the keyboard
	const edge = EDGES.findIndex((e) => e[0] === "FIN_WAIT_1" && e[1] === "CLOSING");
	key($(`.diagram [data-e="${edge}"]`), "Enter");
	said.push(`edge: ${$("#edge h4").textContent}; ${$$("#edge a").some((a) => a.hash === "#close-simultaneous/lwip")}`);

	// a link opens its scenario; a row tells its details; arrow keys go on
	location.hash = "#close-simultaneous/lwip";
	setTimeout(() => {
		const scenario = document.getElementById("close-simultaneous/lwip");
		const svg = $(".ladder", scenario), details = () => $(".det", scenario).textContent;
		const height = () => svg.viewBox.baseVal.height;

		said.push(`opened: ${scenario.open}`);
		$$(".row", svg).find((row) => row.textContent.includes("FIN,ACK")).dispatchEvent(new MouseEvent("click"));
		said.push(`row: ${details().includes("window") && details().includes("→ FIN_WAIT_1")}`);
		const before = details();
		key(svg, "ArrowDown");
		said.push(`next: ${details() !== before && details() !== ""}`);
		const even = height();
		key(svg, "+");
		said.push(`stretched: ${height() > even}`);
		key(svg, "-");
		said.push(`even again: ${height() === even}`);
		$$(".bench button", scenario)[2].click();
		said.push(`steps: ${$$(".row:not(.later)", svg).length}`);
		key(svg, "ArrowRight");
		said.push(`one more: ${$$(".row:not(.later)", svg).length}`);
		key(svg, "Escape");
		said.push(`left: ${$$(".row.later", svg).length} ${!document.body.classList.contains("presenting")}`);
		$("#theme").click();
		said.push(`theme: ${document.documentElement.dataset.theme}`);
		document.body.append(make("pre", said.join("\n"), { id: "said" }));
	}, 50);
}, 0));
