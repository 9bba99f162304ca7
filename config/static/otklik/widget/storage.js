// What the visitor's browser keeps: token, draft, unsent messages. Blocked storage means: until the page is left.
((widget) => {
  "use strict";
  widget.Storage = class {
    #prefix;
    #memory = new Map();
    #local = null;

    constructor(assistant) {
      this.#prefix = `otklik.${assistant}.`;
      try {
        const probe = `${this.#prefix}probe`;
        localStorage.setItem(probe, "1");
        localStorage.removeItem(probe);
        this.#local = localStorage;
      } catch { /* a private window or a strict browser */ }
    }

    get(name, fallback = null) {
      try {
        const kept = this.#local?.getItem(this.#prefix + name);
        if (kept !== null && kept !== undefined) return JSON.parse(kept);
      } catch { /* unreadable: as if it were not there */ }
      return this.#memory.has(name) ? this.#memory.get(name) : fallback;
    }

    set(name, value) {
      this.#memory.set(name, value);
      try { this.#local?.setItem(this.#prefix + name, JSON.stringify(value)); } catch { /* full: memory has it */ }
    }

    remove(name) {
      this.#memory.delete(name);
      try { this.#local?.removeItem(this.#prefix + name); } catch { /* nothing to remove */ }
    }
  };

  /** A random id of 32 letters and digits; `randomUUID` would need https. */
  widget.newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  /** Messages on their way: each leaves once, in order, under an id of its own, however often it is tried. */
  widget.Outbox = class {
    constructor(storage) {
      this.storage = storage;
      const kept = storage.get("outbox", []);
      this.items = Array.isArray(kept) ? kept.filter((item) => item && item.client_id && typeof item.text === "string") : [];
      for (const item of this.items) if (item.state !== "failed") item.state = "waiting";
    }

    add(text, files = []) {
      const item = { client_id: widget.newId(), text, files, created_at: new Date().toISOString(), state: "waiting" };
      this.items.push(item);
      this.save();
      return item;
    }

    next() { return this.items.find((item) => item.state === "waiting"); }
    find(id) { return this.items.find((item) => item.client_id === id); }

    settle(id) {
      const isOurs = this.items.some((item) => item.client_id === id);
      this.items = this.items.filter((item) => item.client_id !== id);
      if (isOurs) this.save();
      return isOurs;
    }

    save() { this.storage.set("outbox", this.items); }
  };
})((globalThis.OtklikWidget ||= {}));
