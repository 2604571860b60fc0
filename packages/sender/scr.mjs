import { openScreen } from "./dist/capture/screen/screen-source.js";
import { listWindows } from "./dist/capture/screen/x-windows.js";
console.log(await listWindows(process.env.DISPLAY));
for (const spec of [
  { kind: "screen", frameRate: 20 },
  { kind: "screen", frameRate: 20, area: { leftPx: 10, topPx: 20, widthPx: 301, heightPx: 200 } },
]) {
  const s = await openScreen(spec);
  console.log(s.name, s.format);
  const t = performance.now();
  for (let i = 0; i < 20; i++) {
    const f = await s.next();
    if (i == 19) console.log(f.mat.cols, f.mat.rows, Math.round(performance.now() - t));
    f.mat.release();
  }
  s.close();
}
try {
  await openScreen({ kind: "screen", frameRate: 20, window: "nothere" });
} catch (e) {
  console.log(e.code, e.message);
}
try {
  await openScreen({ kind: "screen", frameRate: 20, area: { leftPx: 700, topPx: 20, widthPx: 301, heightPx: 200 } });
} catch (e) {
  console.log(e.code, e.message);
}
setTimeout(() => process.exit(0), 300);
