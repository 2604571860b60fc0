// Markdown as our READMEs use it, on a terminal: paragraphs broken to its width, tables as columns, code as it is.

const tableIndent = 2;
/** A first column that is wider stands on a line of its own. */
const maxTermChars = 26;

/** @param columns the terminal's width */
export function plainText(markdown: string, columns: number): string {
  const parts = markdown.split(/^```\w*$/m);
  return parts
    .map((part, index) => (index % 2 === 1 ? part.trim().replaceAll(/^/gm, "    ") : proseText(part, columns)))
    .filter((text) => text !== "")
    .join("\n\n");
}

function proseText(prose: string, columns: number): string {
  const blocks = prose.split(/\n{2,}/).map((block) => block.trim());
  return blocks
    .filter((block) => block !== "")
    .map((block) => (block.startsWith("|") ? tableText(block, columns) : broken(unmarked(block.replaceAll("\n", " ")), columns, 0)))
    .join("\n\n");
}

/** The first column as terms, the rest beside or below them. The heading says nothing that these do not. */
function tableText(block: string, columns: number): string {
  const rows = block
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => unmarked(cell.trim()).replaceAll("\\|", "|")),
    );
  const terms = rows.map(([term = "", ...rest]) => ({ term, text: rest.filter((cell) => cell !== "").join("; ") }));
  const width = Math.min(maxTermChars, Math.max(...terms.map(({ term }) => term.length)));
  const indent = tableIndent + width + 2;
  return terms
    .map(({ term, text }) => {
      const lines = broken(text, columns, indent);
      return term.length > width
        ? `${" ".repeat(tableIndent)}${term}\n${lines}`
        : `${" ".repeat(tableIndent)}${term.padEnd(width + 2)}${lines.trimStart()}`;
    })
    .join("\n");
}

function unmarked(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll(/[`*]/g, "");
}

function broken(text: string, columns: number, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && indent + line.length + 1 + word.length > columns - 1) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => " ".repeat(indent) + each).join("\n");
}
