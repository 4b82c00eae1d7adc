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

// Fetch as before, but count what the manifest names, and unpack what lies there packed.
function counting(manifest) {
  const fetched = self.fetch.bind(self);
  let received = 0; // bytes of what is being fetched now: first what checks need, then what drawing needs
  self.fetch = async (resource, options) => {
    const address = new URL(resource.url ?? resource, HERE);
    const name = address.pathname.split("/").pop();
    const packed = manifest.packed.includes(name);
    const response = await fetched(packed ? `${address}.gz` : address, options);
    if (!response.ok) throw new Error(`${name} cannot be fetched: the host answers ${response.status}`);
    const counted = response.body.pipeThrough(new TransformStream({
      transform(chunk, stream) {
        received += chunk.byteLength;
        const before = received > manifest.bytes ? manifest.bytes : 0;
        const total = before ? manifest.drawing : manifest.bytes;
        self.postMessage({ progress: Math.min((received - before) / total, 1) });
        stream.enqueue(chunk);
      },
    }));
    const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
    const headers = { "Content-Type": type };
    if (!packed) return new Response(counted, { headers });
    const bytes = new Uint8Array(await new Response(counted).arrayBuffer());
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new Response(bytes, { headers }); // the host unpacked it
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")), { headers });
  };
}

const orders = {
  async start() {
    const manifest = await (await fetch(new URL("manifest.json", HERE))).json();
    counting(manifest);
    importScripts(new URL("pyodide.js", HERE));
    pyodide = await loadPyodide({
      indexURL: HERE.href,
      lockFileURL: new URL("pyodide-lock.json", HERE).href,
      packages: ["numpy"],
      env: { MPLBACKEND: "agg" },
    });
    const site = pyodide.runPython("import sysconfig; sysconfig.get_path('purelib')");
    for (const [name, format] of [[manifest.wheel, "wheel"]]) {
      const response = await fetch(new URL(name, HERE));
      pyodide.unpackArchive(await response.arrayBuffer(), format, { extractDir: site });
    }
    const source = await (await fetch(new URL("page.py", HERE))).text();
    functions = pyodide.toPy({});
    pyodide.runPython(source, { globals: functions, filename: "page.py" });
    return { python: pyodide.runPython("import sys; sys.version.split()[0]") };
  },
  check({ order }) {
    return JSON.parse(functions.get("check")(JSON.stringify(order)));
  },
  async draw({ order }) {
    await pyodide.loadPackage(["matplotlib", "pillow"], { messageCallback() {} });
    return JSON.parse(functions.get("draw")(JSON.stringify(order)));
  },
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ id: data.id, result: await orders[data.do](data) });
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error.message ?? error).trim().split("\n").pop() });
  }
};
