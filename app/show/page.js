"use strict";
const $ = (selector, within = document) => within.querySelector(selector);

/* -- Light and dark */

$("#theme").onclick = () => {
	const root = document.documentElement;
	const now = root.dataset.theme || (matchMedia("(prefers-color-scheme:dark)").matches ? "dark" : "light");
	root.dataset.theme = now === "dark" ? "light" : "dark";
};
