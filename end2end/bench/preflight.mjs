// How long a browser takes to check a deck, and whether its page answers meanwhile. Run by `scripts/bench browser`.
//   node preflight.mjs URL DECK TURNS    prints one JSON object: lists of milliseconds, one entry a turn.
import { chromium } from '@playwright/test';

const [url, deck, turns] = process.argv.slice(2);
const found = { checked: [], confirmed: [], longest: [], answered: [], atRest: [], slices: [], lines: [], split: [], splitBlocked: [] };

/** In the page, with nothing to do: the slowest of ten clicks. */
async function atRest() {
  let slowest = 0;
  for (let n = 0; n < 10; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const from = performance.now();
    document.querySelector('[data-testid=theme-toggle]').click();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    slowest = Math.max(slowest, performance.now() - from);
  }
  return slowest;
}

/** In the page: what is to be seen of the form, by the page's own clock. */
function watch() {
  const seen = { longest: 0, answered: 0, checked: null, confirmed: null, begun: null };
  Object.assign(window, { seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration);
  }).observe({ type: 'longtask', buffered: false });
  const now = () => performance.now();
  const look = () => {
    seen.begun ??= document.querySelector('[data-testid=deck-panel]') && now();
    seen.checked ??= document.querySelector('[data-testid=deck-nodes]') && now();
    seen.confirmed ??= document.querySelector('[data-verdict=fits], [data-verdict=warnings]') && now();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
  // A click every 100 ms, and when its answer is painted: two frames later at the latest where nothing is in the way.
  const click = () => {
    const from = now();
    document.querySelector('[data-testid=theme-toggle]').click();
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        seen.answered = Math.max(seen.answered, now() - from);
        if (seen.confirmed === null) setTimeout(click, 100);
      }),
    );
  };
  document.querySelector('input[type=file]').addEventListener('change', () => {
    seen.from = now();
    click();
  }, true);
}

/** In the page, in a worker: the least that could be done in JavaScript, which is counting line ends; or only reading. */
function least(count) {
  const code = `onmessage = ({ data: { file, count } }) => {
    const reader = new FileReaderSync();
    let lines = 0;
    for (let at = 0; at < file.size; at += 4 << 20) {
      const bytes = new Uint8Array(reader.readAsArrayBuffer(file.slice(at, at + (4 << 20))));
      if (count) for (let i = 0; i < bytes.length; i += 1) if (bytes[i] === 10) lines += 1;
    }
    postMessage(lines);
  };`;
  return new Promise((resolve) => {
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    const from = performance.now();
    worker.onmessage = () => {
      worker.terminate();
      resolve(performance.now() - from);
    };
    worker.postMessage({ file: document.querySelector('#rival').files[0], count });
  });
}

/** In the page itself: the file as text, cut at its line ends, as most pages would do it. */
async function split() {
  const file = document.querySelector('#rival').files[0];
  const from = performance.now();
  const text = await file.text();
  const read = performance.now();
  window.lines = text.split('\n').filter((line) => line[0] === '*').length;
  return [performance.now() - from, performance.now() - read];
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
for (let turn = 0; turn < Number(turns); turn += 1) {
  const page = await browser.newPage();
  await page.goto(`${url}/jobs/new`);
  await page.locator('[data-testid=live-state][data-state=live]').waitFor();
  found.atRest.push(await page.evaluate(atRest));
  await page.evaluate(watch);
  await page.getByTestId('file-input').setInputFiles(deck);
  await page.locator('[data-verdict=fits], [data-verdict=warnings]').waitFor({ timeout: 120_000 });
  const seen = await page.evaluate(() => window.seen);
  found.checked.push(seen.checked - seen.from);
  found.confirmed.push(seen.confirmed - seen.from);
  found.longest.push(seen.longest);
  found.answered.push(seen.answered);
  await page.close();

  // A page without a policy of its own, which would let no such worker start.
  const rival = await browser.newPage();
  await rival.setContent('<input id="rival" type="file">');
  await rival.locator('#rival').setInputFiles(deck);
  found.slices.push(await rival.evaluate(least, false));
  found.lines.push(await rival.evaluate(least, true));
  const [whole, blocked] = await rival.evaluate(split);
  found.split.push(whole);
  found.splitBlocked.push(blocked);
  await rival.close();
}
await browser.close();
process.stdout.write(`${JSON.stringify(found)}\n`);
