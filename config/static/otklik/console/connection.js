// The way to the server: one socket, reopened for as long as the page lives. Hints come in, commands go out.
((desk) => {
  "use strict";
  const REPLY_MS = 15_000, SILENCE_MS = 40_000, SLOWEST_MS = 15_000;
  const UNAUTHORISED = 4401, FORBIDDEN = 4403;

  /** A refusal of the server, or (`code` = "connection") the lack of an answer. */
  desk.Refusal = class extends Error {
    constructor({ code = "failure", title = "", detail = "" } = {}) {
      super(typeof detail === "string" && detail ? detail : title);
      this.code = code;
    }
  };

  desk.Connection = class extends EventTarget {
    #socket = null;
    #waiting = new Map();
    #next = 1;
    #failures = 0;
    #silence = 0;
    #retry = 0;

    constructor({ tenant, language }) {
      super();
      Object.assign(this, { tenant, language, mode: "connecting" });
      addEventListener("online", () => this.#open());
      addEventListener("offline", () => this.#socket?.close());
      document.addEventListener("visibilitychange", () => { if (!document.hidden && !this.#socket) this.#open(); });
    }

    start() { this.#open(); }

    /** Carry out a command; resolves with the answer, rejects with a `Refusal`. */
    command(name, fields = {}) {
      if (this.mode !== "online") return Promise.reject(new desk.Refusal({ code: "connection" }));
      const id = this.#next++;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => { this.#waiting.delete(id); reject(new desk.Refusal({ code: "connection" })); this.#socket?.close(); }, REPLY_MS);
        this.#waiting.set(id, { resolve, reject, timer });
        this.#send({ command: name, id, ...fields });
      });
    }

    /** Send a command that nobody answers; without a connection it is dropped. */
    hint(name, fields = {}) { if (this.mode === "online") this.#send({ command: name, ...fields }); }

    #send(frame) { this.#socket?.send(JSON.stringify(frame)); }

    #open() {
      clearTimeout(this.#retry);
      if (this.#socket || this.mode === "gone") return;
      const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/console/`);
      this.#socket = socket;
      socket.onopen = () => this.#send({ command: "hello", tenant: this.tenant, language: this.language });
      socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
      socket.onclose = ({ code }) => { if (this.#socket === socket) this.#lose(code); };
      this.#listen();
    }

    #lose(code) {
      this.#socket = null;
      clearTimeout(this.#silence);
      for (const { reject, timer } of this.#waiting.values()) { clearTimeout(timer); reject(new desk.Refusal({ code: "connection" })); }
      this.#waiting.clear();
      if (code === UNAUTHORISED || code === FORBIDDEN) { this.#turn("gone"); return; }
      this.#turn("offline");
      const wait = Math.min(SLOWEST_MS, 400 * 2 ** this.#failures++) * (0.7 + Math.random() * 0.6);
      this.#retry = setTimeout(() => this.#open(), wait);
    }

    /** A socket that says nothing is dead, whatever it says of itself. */
    #listen() {
      clearTimeout(this.#silence);
      this.#silence = setTimeout(() => { const socket = this.#socket; if (socket) { socket.close(); this.#lose(0); } }, SILENCE_MS);
    }

    #receive(event) {
      this.#listen();
      if (event.type === "ok" || event.type === "error") {
        const waiting = this.#waiting.get(event.id);
        if (!waiting) return;
        this.#waiting.delete(event.id);
        clearTimeout(waiting.timer);
        if (event.type === "ok") waiting.resolve(event); else waiting.reject(new desk.Refusal(event));
        return;
      }
      // Answered here and not by a timer of our own, because browsers slow the timers of hidden tabs down.
      if (event.type === "heartbeat") { this.#send({ command: "heartbeat" }); return; }
      if (event.type === "ready") { this.#failures = 0; this.#turn("online"); }
      this.dispatchEvent(new CustomEvent(event.type, { detail: event }));
    }

    #turn(mode) {
      if (this.mode === mode) return;
      this.mode = mode;
      this.dispatchEvent(new CustomEvent("mode", { detail: mode }));
    }
  };
})((window.otklikConsole ??= {}));
