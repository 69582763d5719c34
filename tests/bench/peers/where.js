// SPDX-License-Identifier: GPL-2.0-or-later
//
// usage: node where.js PACKAGE POINTS TURNS
//
// As where.c, with a package that npm installed into the current folder: the
// milliseconds from loading it, when node is up already, to the first answer, and
// those of processor time that each turn took.
"use strict";
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");

const here = createRequire(path.join(process.cwd(), "package.json"));
const LOOKUP = {
	"geo-tz": (made) => made.find,
	"tz-lookup": (made) => made,
	"@rapideditor/country-coder": (made) => (lat, lon) => made.iso1A2Code([lon, lat]),
};
let answered = 0;	// looked at, so that no look-up may be left out

function turn(find, points) {
	const began = process.cpuUsage();
	for (const [lat, lon] of points)
		answered += find(lat, lon) ? 1 : 0;
	const took = process.cpuUsage(began);
	return (took.user + took.system) / 1000;
}

function main(name, file, turns) {
	const points = fs.readFileSync(file, "ascii").trim().split("\n").map(
		(line) => line.split(" ").map(Number));
	const began = performance.now();
	const find = LOOKUP[name](here(name));
	answered += find(...points[0]) ? 1 : 0;
	const load = performance.now() - began;
	const took = Array.from({ length: turns }, () => turn(find, points));
	console.log(JSON.stringify({ points: points.length, load, turns: took, answered }));
}

const [name, file, turns] = process.argv.slice(2);
if (!LOOKUP[name] || !file || !turns) {
	console.error(`usage: where.js ${Object.keys(LOOKUP).join("|")} POINTS TURNS`);
	process.exit(2);
}
main(name, file, Number(turns));
