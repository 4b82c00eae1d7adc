// Python beside the page. The page sends orders, each with an id, and gets one answer to each:
// see protocol.md. Nothing is fetched but the files that lie beside this script.
"use strict";

const HERE = new URL(".", self.location);
const MOST = 16384; // pages of 64 KiB that Python's memory may grow to: 1 GiB

// Pyodide asks for 4 GiB, which would take a small device down with it.
const { Memory } = WebAssembly;
WebAssembly.Memory = function bounded(asked) {
  return new Memory({ ...asked, maximum: Math.min(asked.maximum, MOST) });
};

let pyodide;
let functions; // of page.py
let manifest = { bytes: Infinity, packed: [] };
let received = 0; // bytes of what is being fetched: first what checks need, then what drawing needs
let expected = Infinity;

// Pyodide says of some files only in the console that they cannot be had, and then waits for them without end.
let lose;
const lost = new Promise((_, reject) => { lose = reject; });
lost.catch(() => {});

function lacks(name, why) {
  const error = Object.assign(new Error(`${name} cannot be fetched: ${why}`), { unfetched: true });
  lose(error);
  return error;
}

const nameOf = (address) => new URL(address, HERE).pathname.split("/").pop();

// Fetch as before, but count the bytes, unpack what lies there packed, and know the type of what there is,
// whatever the host says of it.
const fetched = self.fetch.bind(self);
self.fetch = async (resource, options) => {
  const address = new URL(resource.url ?? resource, HERE);
  const name = nameOf(address);
  const packed = manifest.packed.includes(name);
  let response;
  const chunks = [];
  try {
    response = await fetched(packed ? `${address}.gz` : address, options);
    if (response.ok) {
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        chunks.push(part.value);
        received += part.value.byteLength;
        self.postMessage({ progress: Math.min(received / expected, 1) });
      }
    }
  } catch (error) {
    throw lacks(name, options?.integrity ? "it does not come, or is another file" : "it does not come");
  }
  if (!response.ok) throw lacks(name, `the host answers ${response.status}`);
  const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  const headers = { "Content-Type": type };
  const content = new Blob(chunks);
  const [first, second] = new Uint8Array(await content.slice(0, 2).arrayBuffer());
  if (!packed || first !== 0x1f || second !== 0x8b) return new Response(content, { headers }); // or the host unpacked it
  return new Response(content.stream().pipeThrough(new DecompressionStream("gzip")), { headers });
};

const imported = self.importScripts.bind(self);
self.importScripts = (address) => {
  try {
    imported(address);
  } catch (error) {
    throw lacks(nameOf(address), "it does not come, or is no script");
  }
};

for (const how of ["instantiate", "instantiateStreaming"]) {
  const instantiated = WebAssembly[how];
  WebAssembly[how] = async (...given) => {
    try {
      return await instantiated.apply(WebAssembly, given);
    } catch (error) {
      lose(error);
      throw error;
    }
  };
}

const orders = {
  async start() {
    manifest = await (await fetch(new URL("manifest.json", HERE))).json();
    [received, expected] = [0, manifest.bytes];
    importScripts(new URL("pyodide.js", HERE));
    pyodide = await loadPyodide({
      indexURL: HERE.href,
      lockFileURL: new URL("pyodide-lock.json", HERE).href,
      packages: ["numpy"],
      env: { MPLBACKEND: "agg" },
    });
    const site = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
    const wheel = await fetch(new URL(manifest.wheel, HERE));
    pyodide.unpackArchive(await wheel.arrayBuffer(), "wheel", { extractDir: site });
    const source = await (await fetch(new URL("page.py", HERE))).text();
    functions = pyodide.toPy({});
    pyodide.runPython(source, { globals: functions, filename: "page.py" });
    return { python: pyodide.runPython("import sys; sys.version.split()[0]") };
  },
  check({ order }) {
    return JSON.parse(functions.get("check")(JSON.stringify(order)));
  },
  async draw({ order }) {
    [received, expected] = [0, manifest.drawing];
    await pyodide.loadPackage(["matplotlib", "pillow"], { messageCallback() {} });
    return JSON.parse(functions.get("draw")(JSON.stringify(order)));
  },
};

self.onmessage = async ({ data }) => {
  try {
    const result = await Promise.race([orders[data.do](data), lost]);
    self.postMessage({ id: data.id, result });
  } catch (error) {
    const said = String(error.message ?? error).trim().split("\n").pop();
    self.postMessage({ id: data.id, error: said, unfetched: error.unfetched ?? false });
  }
};
