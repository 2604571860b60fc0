// A real browser for a test: Debian's Chromium, headless, driven by playwright-core.

import { type Browser, chromium, type Page } from "playwright-core";

/** Where Debian has it; set-up installs it for the tests. */
const executablePath = "/usr/bin/chromium";
/** Root may not use the sandbox, there is no graphics card, and nothing is to be asked of its maker. */
const options = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Runs `body` with a browser, which is closed afterwards. `open` gives a page of 1280×720 at an address. */
export async function withBrowser(body: (open: (url: string) => Promise<Page>) => Promise<void>): Promise<void> {
  const browser: Browser = await chromium.launch({ executablePath, args: options });
  try {
    await body(async (url) => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
      await page.goto(url);
      return page;
    });
  } finally {
    await browser.close();
  }
}
