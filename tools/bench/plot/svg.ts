// The few parts of SVG that plots are made of. Numbers are rounded, texts escaped, and colours are classes, so that a plot is readable on
// a light and on a dark page.

/** Text and attribute values, made safe. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Two digits after the point are a hundredth of a pixel. */
function format(value: number | string): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : escape(value);
}

/** An element with what is in it, elements or a text that {@link textOf} has made. */
export function element(name: string, attributes: Readonly<Record<string, number | string>>, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${format(value)}"`);
  return children.length === 0 ? `<${name}${written.join("")}/>` : `<${name}${written.join("")}>${children.join("")}</${name}>`;
}

/** A text at a place. */
export function textAt(x: number, y: number, text: string, attributes: Readonly<Record<string, number | string>> = {}): string {
  return element("text", { x, y, ...attributes }, escape(text));
}

/** The points of a polyline or polygon. */
export function pointList(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y]) => `${format(x)},${format(y)}`).join(" ");
}

// The page behind is unknown: the plot brings its own, and follows the reader's preference where the viewer knows it.
const style = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 14px; }
  .title, .bold { font-weight: 600; }
  .faint { fill: #59636e; }
  .page { fill: #ffffff; stroke: #d1d9e0; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .limit { stroke: #cf222e; stroke-width: 1; stroke-dasharray: 5 4; }
  .shade { fill: #59636e; fill-opacity: 0.16; }
  .line { fill: none; stroke: #0969da; stroke-width: 1.5; stroke-linejoin: round; }
  .dot { fill: #0969da; }
  .ours { fill: #0969da; }
  .theirs { fill: #818b98; }
  .tail { fill-opacity: 0.45; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .faint { fill: #9198a1; }
    .page { fill: #0d1117; stroke: #3d444d; }
    .grid { stroke: #3d444d; }
    .limit { stroke: #ff7b72; }
    .shade { fill: #9198a1; fill-opacity: 0.25; }
    .line { stroke: #58a6ff; }
    .dot, .ours { fill: #58a6ff; }
    .theirs { fill: #6e7681; }
  }
`;

/** A whole document on a page of its own. */
export function svgDocument(widthPx: number, heightPx: number, title: string, content: readonly string[]): string {
  const page = element("rect", { class: "page", x: 0.5, y: 0.5, width: widthPx - 1, height: heightPx - 1, rx: 6 });
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width: widthPx,
    height: heightPx,
    viewBox: `0 0 ${widthPx} ${heightPx}`,
    role: "img",
  };
  return `${element("svg", attributes, element("title", {}, escape(title)), element("style", {}, style), page, ...content.map((part) => `\n${part}`))}\n`;
}
