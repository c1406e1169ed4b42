// Reads one file with the page's own WASM, off the page's thread. The page sends where its script is and the compiled
// module; only the deck reader, which is a file of its own, is fetched here, and kept by the browser for the next file.
// The page ends this worker when the answer is there.
onmessage = async ({ data: { js, module, deck, file, others } }) => {
  try {
    const app = await import(js);
    await app.default({ module_or_path: module });
    const progress = (bytes) => postMessage({ bytes });
    const done = await (deck ? app.preflight_file(file, others, progress) : app.digest_file(file, progress));
    postMessage({ done });
  } catch (error) {
    postMessage({ failed: String(error) });
  }
};
