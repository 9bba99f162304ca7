// The way to the server: a socket first, plain HTTP where sockets are blocked. Hints come in, commands go out.
((widget) => {
  "use strict";
  const REPLY_MS = 15_000, SILENCE_MS = 40_000, PROBE_MS = 5_000, OPEN_MS = 8_000;
  const SLOWEST_MS = 30_000, TRIES_BEFORE_POLLING = 3, SOCKET_AGAIN_MS = 60_000;
  const BUSY_POLL_MS = 1_200, IDLE_POLL_MS = 5_000;
  const LARGEST_FRAME = 31 * 1024; // of the 32 KB that a frame may have
  const PROLONG_MS = 7 * 24 * 3_600_000;
  const UNAUTHORISED = 4401, FORBIDDEN = 4403, NOT_FOUND = 4404, TOO_MANY = 4429;

  /** A refusal of the server, or (`code` = "connection") the lack of an answer. */
  widget.Refusal = class extends Error {
    constructor({ code = "failure", title = "", detail = "", seconds = 0, status = 0 } = {}) {
      super(typeof detail === "string" && detail ? detail : title);
      Object.assign(this, { code, seconds, status });
    }
  };
  const lost = () => new widget.Refusal({ code: "connection" });

  widget.Connection = class extends EventTarget {
    #socket = null;
    #waiting = new Map();
    #next = 1;
    #failures = 0;
    #wasReady = false;
    #timers = {};
    #heardAt = 0;
    #socketTriedAt = 0;
    #isPolling = false;
    #isBusy = false;
    #generation = 0;
    #asking = null;

    constructor({ urls, storage, language, lastSeq, ticket }) {
      super();
      Object.assign(this, { urls, storage, language, lastSeq, ticket, mode: "connecting" });
      addEventListener("online", () => this.nudge());
      addEventListener("offline", () => this.#socket?.close());
      addEventListener("pagehide", () => { this.#generation += 1; this.#socket?.close(); });
      addEventListener("pageshow", (event) => { if (event.persisted) this.start(); });
      document.addEventListener("visibilitychange", () => { if (!document.hidden) this.nudge(); });
    }

    get isOpen() { return this.mode === "online" || this.mode === "polling"; }

    start() {
      this.#failures = 0;
      this.#connect();
    }

    /** Look at once whether the connection is alive: the page came back, or the network did. */
    nudge() {
      if (this.mode === "gone") return;
      if (this.mode === "online") this.#probe(PROBE_MS);
      else if (this.#isPolling) this.#schedule("poll", 0, () => this.#poll());
      else if (!this.#socket) this.#schedule("connect", 0, () => this.#connect());
    }

    /** While an answer is awaited, a polling client looks more often. */
    set isBusy(value) {
      if (value && !this.#isBusy && this.#isPolling) this.#schedule("poll", BUSY_POLL_MS, () => this.#poll());
      this.#isBusy = value;
    }

    /** Carry out a command; resolves with the answer, rejects with a `Refusal`. */
    async command(name, fields = {}) {
      if (this.#isPolling) return this.#overHttp(name, fields);
      if (this.mode !== "online") throw lost();
      if (new Blob([JSON.stringify(fields)]).size > LARGEST_FRAME) return this.#overHttp(name, fields);
      const id = String(this.#next++);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => { this.#waiting.delete(id); reject(lost()); this.#probe(PROBE_MS); }, REPLY_MS);
        this.#waiting.set(id, { resolve, reject, timer });
        this.#send({ command: name, id, ...fields });
      });
    }

    /** Send a command that nobody answers; without a connection it is dropped. */
    hint(name, fields = {}) {
      if (this.mode === "online") this.#send({ command: name, ...fields });
      else if (this.#isPolling && name === "shown") this.#overHttp(name, fields).catch(() => {});
    }

    /** Ask for everything after a number. */
    catchUp(after) {
      if (this.#isPolling) this.#schedule("poll", 0, () => this.#poll());
      else this.hint("catch_up", { after_seq: after });
    }

    /** Say hello again: the conversation changed, and with it what is to be followed. */
    async greet() {
      if (this.mode === "online") this.#send({ command: "hello", token: await this.#token(), after_seq: this.lastSeq() });
    }

    /** Ask one of the other addresses, whatever the state of the socket. */
    ask(method, name, fields = {}) {
      if (method === "GET") return this.#fetch("GET", `${this.urls[name]}?${new URLSearchParams(fields)}`);
      return this.#fetch(method, this.urls[name], fields);
    }

    /** Send a file up ahead of the message it belongs to; resolves with what the server says of it. */
    async upload(file, { progress, signal }) {
      const headers = { "Accept-Language": this.language, Authorization: `Visitor ${await this.#token()}` };
      return OtklikFiles.send(this.urls.files, file, { headers, progress, signal });
    }

    /** Ask for addresses of a file that are good now. */
    file(uuid) { return this.#fetch("GET", `${this.urls.files}${uuid}/`); }
    discard(uuid) { return this.#fetch("DELETE", `${this.urls.files}${uuid}/`); }

    /** Become the customer whom the shop's server vouches for; the conversation of that customer is followed. */
    async identify(claim) {
      const answer = await this.#fetch("POST", this.urls.identify, claim);
      this.storage.set("token", { text: answer.token, at: Date.now() });
      if (this.#isPolling) this.#schedule("poll", 0, () => this.#poll()); else await this.greet();
      return answer;
    }

    // --- token ------------------------------------------------------------------------------
    async #token() {
      const kept = this.storage.get("token");
      if (kept?.text && Date.now() - kept.at < PROLONG_MS) return kept.text;
      // Whoever asks meanwhile gets the same one: two tokens would be two visitors with half a conversation each.
      return (this.#asking ??= this.#ask(kept).finally(() => { this.#asking = null; }));
    }

    /** Begin a visit with a ticket of the page around; an old token is prolonged, or a new visitor begun. */
    async #ask(kept) {
      const ticket = await this.ticket();
      let answer;
      try {
        answer = await this.#fetch("POST", this.urls.session, kept?.text ? { ticket, token: kept.text } : { ticket }, { isSigned: false });
      } catch (refusal) {
        if (refusal.status !== 401 || !kept) throw refusal;
        answer = await this.#fetch("POST", this.urls.session, { ticket }, { isSigned: false });
      }
      this.storage.set("token", { text: answer.token, at: Date.now() });
      return answer.token;
    }

    // --- socket -------------------------------------------------------------------------------
    async #connect() {
      if (this.mode === "gone") return;
      this.#generation += 1;
      const generation = this.#generation, old = this.#socket;
      clearTimeout(this.#timers.connect);
      if (old) { this.#socket = null; old.close(); }
      this.#socketTriedAt = Date.now();
      this.#turn(this.#isPolling ? "polling" : this.#wasReady || this.#failures ? "reconnecting" : "connecting");
      let token;
      try { token = await this.#token(); } catch (refusal) {
        if (generation !== this.#generation) return;
        if (refusal.status === 404 || refusal.code === "origin_refused") this.#giveUp();
        else this.#again(refusal.seconds * 1000);
        return;
      }
      if (generation !== this.#generation) return;
      const address = new URL(this.urls.socket, location.href);
      address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
      let socket;
      try { socket = new WebSocket(address); } catch { this.#again(); return; }
      this.#socket = socket;
      this.#schedule("open", OPEN_MS, () => socket.close());
      socket.onopen = () => { if (socket === this.#socket) this.#send({ command: "hello", token, after_seq: this.lastSeq() }); };
      socket.onmessage = (event) => { if (socket === this.#socket) this.#hear(event.data); };
      socket.onclose = (event) => { if (socket === this.#socket) this.#closed(event.code); };
    }

    #send(frame) {
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
    }

    #hear(data) {
      this.#heardAt = Date.now();
      let event;
      try { event = JSON.parse(data); } catch { return; }
      if (event.type === "ok" || event.type === "error") {
        const waiting = this.#waiting.get(String(event.id));
        this.#waiting.delete(String(event.id));
        if (!waiting) return;
        clearTimeout(waiting.timer);
        if (event.type === "ok") waiting.resolve(event); else waiting.reject(new widget.Refusal(event));
        return;
      }
      if (event.type === "ready") {
        clearTimeout(this.#timers.open);
        clearTimeout(this.#timers.poll);
        this.#failures = 0;
        this.#wasReady = true;
        this.#isPolling = false;
        this.#watch();
      }
      this.dispatchEvent(new CustomEvent("hint", { detail: event }));
      if (event.type === "ready") this.#turn("online");
    }

    #closed(code) {
      clearTimeout(this.#timers.open);
      clearTimeout(this.#timers.silence);
      this.#socket = null;
      for (const { reject, timer } of this.#waiting.values()) { clearTimeout(timer); reject(lost()); }
      this.#waiting.clear();
      if (code === NOT_FOUND || code === FORBIDDEN) { this.#giveUp(); return; }
      if (code === UNAUTHORISED) this.storage.remove("token");
      if (this.mode === "online") this.#turn("reconnecting");
      this.#again(code === TOO_MANY ? SLOWEST_MS : 0);
    }

    #again(atLeast = 0) {
      this.#failures += 1;
      if (this.#isPolling) return;
      if (!this.#wasReady && this.#failures >= TRIES_BEFORE_POLLING || this.#failures >= 2 * TRIES_BEFORE_POLLING) {
        this.#isPolling = true;
        this.#schedule("poll", 0, () => this.#poll());
        return;
      }
      const longest = Math.min(SLOWEST_MS, 700 * 2 ** this.#failures);
      const wait = Math.max(atLeast, longest * (0.5 + Math.random() / 2));
      if (this.mode !== "connecting" || this.#failures > 1) this.#turn(navigator.onLine === false ? "offline" : "reconnecting");
      this.#schedule("connect", wait, () => this.#connect());
    }

    #giveUp() {
      this.#isPolling = false;
      for (const timer of Object.values(this.#timers)) clearTimeout(timer);
      this.#turn("gone");
    }

    /** Notice a connection that is open but dead. */
    #watch() {
      this.#schedule("silence", SILENCE_MS / 2, () => {
        if (Date.now() - this.#heardAt > SILENCE_MS / 2 - 1000) this.#probe(PROBE_MS);
        this.#watch();
      });
    }

    #probe(patience) {
      const socket = this.#socket, asked = Date.now();
      if (!socket) return;
      this.#send({ command: "ping" });
      this.#schedule("probe", patience, () => {
        if (socket === this.#socket && this.#heardAt < asked) { socket.onclose = null; socket.close(); this.#closed(0); }
      });
    }

    // --- HTTP -----------------------------------------------------------------------------------
    async #poll() {
      if (!this.#isPolling) return;
      try {
        const snapshot = await this.#fetch("GET", `${this.urls.messages}?after=${this.lastSeq()}`);
        if (!this.#isPolling) return;
        this.#turn("polling");
        this.#failures = TRIES_BEFORE_POLLING;
        this.dispatchEvent(new CustomEvent("hint", { detail: { type: "ready", ...snapshot } }));
      } catch (refusal) {
        if (refusal.status === 404 || refusal.code === "origin_refused") { this.#giveUp(); return; }
        this.#failures += 1;
        this.#turn(navigator.onLine === false ? "offline" : "reconnecting");
      }
      if (Date.now() - this.#socketTriedAt > SOCKET_AGAIN_MS && !document.hidden) this.#connect();
      const slow = Math.min(SLOWEST_MS, 1000 * 2 ** Math.max(0, this.#failures - TRIES_BEFORE_POLLING));
      const pace = this.mode === "polling" ? (this.#isBusy ? BUSY_POLL_MS : document.hidden ? 4 * IDLE_POLL_MS : IDLE_POLL_MS) : slow;
      this.#schedule("poll", pace * (0.8 + Math.random() * 0.4), () => this.#poll());
    }

    async #overHttp(name, fields) {
      if (name === "post") return this.#fetch("POST", this.urls.messages, fields);
      const answer = await this.#fetch("POST", this.urls.command, { command: name, ...fields });
      if (name !== "shown") this.#schedule("poll", 150, () => this.#poll());
      return answer;
    }

    async #fetch(method, url, body, { isSigned = true } = {}) {
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), REPLY_MS);
      try {
        const headers = { Accept: "application/json", "Accept-Language": this.language };
        if (isSigned) headers.Authorization = `Visitor ${await this.#token()}`;
        if (body) headers["Content-Type"] = "application/json";
        const response = await fetch(url, { method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store", signal: abort.signal });
        const answer = await response.json().catch(() => ({}));
        if (response.ok) return answer;
        if (response.status === 401) this.storage.remove("token");
        throw new widget.Refusal({ seconds: Number(response.headers.get("Retry-After")) || 0, ...answer, code: response.status === 401 ? "connection" : answer.code, status: response.status });
      } catch (error) {
        throw error instanceof widget.Refusal ? error : lost();
      } finally { clearTimeout(timer); }
    }

    #schedule(name, delay, work) {
      clearTimeout(this.#timers[name]);
      this.#timers[name] = setTimeout(work, delay);
    }

    #turn(mode) {
      if (mode === this.mode) return;
      this.mode = mode;
      this.dispatchEvent(new CustomEvent("mode", { detail: mode }));
    }
  };
})((globalThis.OtklikWidget ||= {}));
