// KaTeX turns formulas into HTML while Sphinx makes the pages: conf.py writes one per line, as
// [formula, whether it stands on a line of its own], and reads its HTML, one line each.
const katex = require(process.argv[2]);
const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const [formula, displayMode] = JSON.parse(line);
  console.log(JSON.stringify(katex.renderToString(formula, { displayMode })));
});
