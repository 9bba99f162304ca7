// Writing to the customer: a growing input, canned replies after a slash, one draft per conversation.
((desk) => {
  "use strict";
  const { el } = desk;
  const TYPING_MS = 3_000, SHOWN = 8;

  desk.Composer = class extends EventTarget {
    replies = [];
    team = [];
    mode = "reply";
    #drafts = new Map();
    #files = new Map();
    #dialog = "";
    #typedAt = 0;
    #chosen = 0;

    constructor({ form, input, list, tray }) {
      super();
      Object.assign(this, { form, input, list, tray });
      form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
      input.addEventListener("input", () => this.#changed());
      input.addEventListener("keydown", (event) => this.#key(event));
      form.addEventListener("click", (event) => { const button = event.target.closest("[data-mode]"); if (button) { this.turn(button.dataset.mode); this.input.focus(); } });
      list.addEventListener("click", (event) => { const option = event.target.closest("[data-shortcut]"); if (option) this.#insert(option.dataset.shortcut); });
    }

    /** Write in another conversation; what was begun in the last one is kept. */
    switch(dialog) {
      this.#keep();
      this.#dialog = dialog;
      this.fill(this.#drafts.get(this.#key_) ?? "", { isFocused: false });
      this.tray.swap(this.#files.get(this.#key_) ?? []);
    }

    /** Write to the customer ("reply") or to colleagues ("note"); each keeps what was begun. */
    turn(mode) {
      if (mode === this.mode) return;
      this.#keep();
      this.mode = mode;
      this.form.classList.toggle("note", mode === "note");
      for (const button of this.form.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      this.fill(this.#drafts.get(this.#key_) ?? "", { isFocused: false });
      this.tray.swap(this.#files.get(this.#key_) ?? []);
      this.dispatchEvent(new Event("turned"));
    }

    get #key_() { return `${this.mode} ${this.#dialog}`; }
    #keep() {
      if (!this.#dialog) return;
      this.#drafts.set(this.#key_, this.input.value);
      this.#files.set(this.#key_, this.tray.swap([]));
    }

    fill(text, { isFocused = true } = {}) {
      this.input.value = text;
      this.#grow();
      this.#suggest();
      if (isFocused) this.input.focus();
    }

    #changed() {
      this.#grow();
      this.#chosen = 0;
      this.#suggest();
      if (Date.now() - this.#typedAt > TYPING_MS && this.input.value && this.mode === "reply") { this.#typedAt = Date.now(); this.dispatchEvent(new Event("typing")); }
    }

    #grow() {
      this.input.rows = 1;
      const line = parseFloat(getComputedStyle(this.input).lineHeight) || 22;
      this.input.rows = Math.min(8, Math.max(1, Math.round((this.input.scrollHeight - 12) / line)));
    }

    /** What fits the words after the slash, by shortcut or title. */
    get #fitting() {
      if (this.mode === "note") return this.#people;
      const typed = /^\/([\p{L}\p{N}_-]*)$/u.exec(this.input.value);
      if (!typed) return [];
      const start = typed[1].toLowerCase();
      return this.replies.filter((reply) => reply.shortcut.toLowerCase().startsWith(start) || (start && reply.title.toLowerCase().includes(start))).slice(0, SHOWN);
    }

    /** Colleagues whose names fit what stands after the last @. */
    get #people() {
      const typed = /(?:^|\s)@([\p{L}\p{N} .-]*)$/u.exec(this.input.value);
      if (!typed) return [];
      const start = typed[1].toLowerCase();
      return this.team.filter((name) => name.toLowerCase().startsWith(start) && name.toLowerCase() !== start.trim()).slice(0, SHOWN).map((name) => ({ shortcut: name, title: "", text: "", sign: "@" }));
    }

    #suggest() {
      const fitting = this.#fitting;
      this.list.hidden = !fitting.length;
      this.list.replaceChildren(...fitting.map((reply, index) => el("li", {
        role: "option", id: `canned-${index}`, "data-shortcut": reply.shortcut, "aria-selected": String(index === this.#chosen),
        children: [el("strong", { className: "small", text: `${reply.sign ?? "/"}${reply.shortcut}` }), el("span", { className: "small", text: reply.title }), el("span", { className: "faint xsmall truncate", dir: "auto", text: reply.text })],
      })));
      if (fitting.length) this.input.setAttribute("aria-activedescendant", `canned-${this.#chosen}`);
      else this.input.removeAttribute("aria-activedescendant");
    }

    #insert(shortcut) {
      if (this.mode === "note") { this.fill(this.input.value.replace(/@[^@]*$/u, `@${shortcut} `)); return; }
      const reply = this.replies.find((one) => one.shortcut === shortcut);
      if (reply) this.fill(reply.text);
    }

    #key(event) {
      if (event.isComposing) return;
      const fitting = this.#fitting;
      if (fitting.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        event.preventDefault();
        this.#chosen = (this.#chosen + (event.key === "ArrowDown" ? 1 : fitting.length - 1)) % fitting.length;
        this.#suggest();
      } else if (fitting.length && (event.key === "Enter" || event.key === "Tab")) {
        event.preventDefault();
        this.#insert(fitting[this.#chosen].shortcut);
      } else if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        this.#send();
      }
    }

    #send() {
      const text = this.input.value.trim();
      if ((!text && !this.tray.isReady) || this.tray.isBusy) return;
      this.fill("");
      this.dispatchEvent(new CustomEvent("send", { detail: { dialog: this.#dialog, text, files: this.tray.take(), isNote: this.mode === "note" } }));
    }
  };
})((window.otklikConsole ??= {}));
