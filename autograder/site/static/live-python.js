// What live pages stand on: what this browser keeps of the course, and the interpreter beside the page, to which
// protocol.md says how to speak.
"use strict";

// What this browser keeps: of each exercise the source, and the mark of its last check.
const kept = {
  memory: new Map(), // where the browser lets nothing be stored
  key: (name) => `heinit.answer.${name}`,
  read(name) {
    try {
      const found = JSON.parse(localStorage.getItem(kept.key(name)));
      if (found && typeof found.source === "string") return found;
    } catch { /* no storage, or no JSON */ }
    return kept.memory.get(name) ?? null;
  },
  write(name, answer) {
    kept.memory.set(name, answer);
    try {
      localStorage.setItem(kept.key(name), JSON.stringify(answer));
    } catch { /* it lives as long as the page does */ }
  },
  forget(name) {
    kept.memory.delete(name);
    try {
      localStorage.removeItem(kept.key(name));
    } catch { /* nothing was stored */ }
  },
  forgetGuesses() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith("heinit.guess."));
      keys.forEach((key) => localStorage.removeItem(key));
    } catch { /* nothing was stored */ }
  },
};

// The interpreter: one worker, which is replaced when it is stopped or has crashed.
class Python {
  constructor() {
    this.waiting = new Map(); // id of an order: what to do with its answer
    this.orders = 0;
    this.worker = null;
    this.ready = null;
    this.fetched = () => {};
  }

  start() {
    if (this.ready) return this.ready;
    const worker = new Worker(new URL("live/worker.js", document.baseURI));
    this.worker = worker;
    worker.onmessage = ({ data }) => {
      if ("progress" in data) {
        this.fetched(data.progress);
        return;
      }
      const { done, failed } = this.waiting.get(data.id) ?? {};
      this.waiting.delete(data.id);
      if (!done) return;
      if ("error" in data) failed(this.failure(data.error, data.unfetched));
      else done(data.result);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.worker === worker) this.end(event.message || "worker.js cannot be fetched", !event.message);
    };
    this.ready = this.send("start").then(() => { this.isReady = true; });
    this.ready.catch((error) => { // so that the next order tries again
      if (this.worker === worker) this.end(error.message);
    });
    return this.ready;
  }

  send(what, content = {}) {
    this.orders += 1;
    const id = this.orders;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed });
      this.worker.postMessage({ id, do: what, ...content });
    });
  }

  // Give an order to an interpreter that is ready. One that fails is gone: nobody knows its state.
  async order(what, content) {
    await this.start();
    try {
      return await this.send(what, content);
    } catch (error) {
      this.end(error.message);
      throw error;
    }
  }

  // unready: whether it had not started yet, and so ran no answer. unfetched: whether a file did not come.
  failure(reason, unfetched = false) {
    return Object.assign(new Error(reason), { unready: !this.isReady, unfetched });
  }

  end(reason, unfetched) {
    const failure = this.failure(reason, unfetched);
    this.worker?.terminate();
    this.worker = this.ready = null;
    this.isReady = this.canDraw = false;
    const open = [...this.waiting.values()];
    this.waiting.clear();
    for (const { failed } of open) failed(failure);
  }
}
