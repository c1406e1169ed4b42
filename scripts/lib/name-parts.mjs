// Gives the browser's files, split into parts, names that can be cached for good:
//   node name-parts.mjs FROM TO     FROM: app.js, app_bg.wasm, __wasm_split.js and its parts; TO: the site's pkg folder
// They name one another, in circles too, so all of them carry one hash, that of everything. Prints the lines of hash.txt.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [from, to] = process.argv.slice(2);
const files = readdirSync(from).filter((name) => /^[^.].*\.(js|wasm)$/.test(name)).sort();
const read = (name) => readFileSync(join(from, name));
const bytes = new Map(files.map((name) => [name, name.endsWith(".wasm") ? bare(read(name)) : read(name)]));
// a file that no browser takes is a page that never answers
for (const [name, content] of bytes) {
  if (name.endsWith(".wasm") && !WebAssembly.validate(content)) throw new Error(`${name} is no WASM that this Node takes`);
}
// what is written here depends on this program, too
const everything = createHash("sha256").update(readFileSync(fileURLToPath(import.meta.url)));
for (const [name, content] of bytes) everything.update(name).update("\0").update(content);
const hash = everything.digest("hex").slice(0, 16);
const named = (name) => name.replace("app_bg.", "app.").replace(/\.(js|wasm|json)$/, `.${hash}.$1`);

/** Without the sections that only tools read: every part would bring along the names of all functions. */
function bare(wasm) {
  const kept = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const start = at;
    const kind = wasm[at++];
    let [size, shift] = [0, 1];
    do {
      size += (wasm[at] & 127) * shift;
      shift *= 128;
    } while (wasm[at++] & 128);
    at += size;
    if (kind !== 0) kept.push(wasm.subarray(start, at));
  }
  return Buffer.concat(kept);
}

/** Parts that each page needs, in the form in which the server's HTML asks for them early. */
function manifest(loader) {
  const pages = {};
  for (const [, page, own, needs] of loader.matchAll(
    /export const __wasm_split_load_(\w+) = wrapAsyncCb\(makeLoad\(([\s\S]*?), \[([^\]]*)\]\)\)/g,
  )) {
    const file = own.match(/"\.\/([^"]+\.wasm)"/);
    const parts = needs.split(",").map((need) => need.trim().replace("__", "")).filter(Boolean);
    pages[page] = [...parts.map((part) => `${part}.wasm`), ...(file ? [file[1]] : [])].map((name) =>
      named(name).replace(/\.wasm$/, ""),
    );
  }
  if (Object.keys(pages).length === 0) throw new Error("no page has a part of its own: the splitter's output has changed");
  return JSON.stringify(pages);
}

function put(name, content) {
  const path = join(to, name);
  if (!existsSync(path)) {
    writeFileSync(`${path}.new`, content);
    renameSync(`${path}.new`, path);
  }
  const now = new Date();
  utimesSync(path, now, now);
}

for (const [name, content] of bytes) {
  if (name === "app.js") {
    // the key by which the main file knows the loader stays as it is: only where it is read from changes
    put(named(name), content.toString().replace(/^(import .* from )"\.\/__wasm_split\.js"/gm, `$1"./${named("__wasm_split.js")}"`));
  } else if (name === "__wasm_split.js") {
    put(named(name), content.toString().replace(/"\.\/([\w.]+\.(?:js|wasm))"/g, (_, other) => `"./${named(other)}"`));
    put(named("__wasm_split_manifest.json"), manifest(content.toString()));
  } else {
    put(named(name), content);
  }
}
for (const key of ["js", "wasm", "split", "manifest"]) console.log(`${key}: ${hash}`);
