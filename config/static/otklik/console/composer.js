// Writing to the customer: a growing input, canned replies after a slash, one draft per conversation.
((desk) => {
  "use strict";
  const { el } = desk;
  const TYPING_MS = 3_000, STORE_MS = 1_200, SHOWN = 8;
  const VARIABLE = /\{\{\s*([\w.]+)\s*\}\}/g;

  desk.Composer = class extends EventTarget {
    replies = [];
    about = { values: {}, assistant: null, language: "" };
    team = [];
    mode = "reply";
    limits = { telegram: 4096, whatsapp: 4096, default: 8000 };
    #drafts = new Map();
    #storing = 0;
    #dirty = false;
    #files = new Map();
    #dialog = "";
    #typedAt = 0;
    #chosen = 0;

    constructor({ form, input, list, counter, tray }) {
      super();
      Object.assign(this, { form, input, list, counter, tray });
      form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
      input.addEventListener("input", () => this.#changed());
      input.addEventListener("keydown", (event) => this.#key(event));
      form.addEventListener("click", (event) => { const button = event.target.closest("[data-mode]"); if (button) { this.turn(button.dataset.mode); this.input.focus(); } });
      list.addEventListener("click", (event) => { const option = event.target.closest("[data-shortcut]"); if (option) this.#insert(option.dataset.shortcut); });
    }

    /** Write in another conversation; what was begun in the last one is kept. */
    switch(dialog) {
      this.#keep();
      this.store();
      this.#dialog = dialog;
      this.fill(this.#drafts.get(this.#key_) ?? "", { isFocused: false });
      this.tray.swap(this.#files.get(this.#key_) ?? []);
    }

    /** Write to the customer ("reply") or to colleagues ("note"); each keeps what was begun. */
    turn(mode) {
      if (mode === this.mode) return;
      this.#keep();
      this.store();
      this.mode = mode;
      this.form.classList.toggle("note", mode === "note");
      for (const button of this.form.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      this.fill(this.#drafts.get(this.#key_) ?? "", { isFocused: false });
      this.tray.swap(this.#files.get(this.#key_) ?? []);
      this.dispatchEvent(new Event("turned"));
    }

    /** Take over what the server kept of an earlier visit, where nothing newer stands here. */
    restore(dialog, kept) {
      for (const [mode, text] of Object.entries(kept)) if (!this.#drafts.get(`${mode} ${dialog}`)) this.#drafts.set(`${mode} ${dialog}`, text);
      if (dialog === this.#dialog && !this.input.value && this.#drafts.get(this.#key_)) this.fill(this.#drafts.get(this.#key_), { isFocused: false });
    }

    /** Have the server keep what is written now. */
    store() {
      clearTimeout(this.#storing);
      if (!this.#dirty) return;
      this.#dirty = false;
      this.dispatchEvent(new CustomEvent("keep", { detail: { dialog: this.#dialog, mode: this.mode, text: this.input.value } }));
    }

    /** How much of what the channel takes is used; shown from half of it on. */
    count() {
      const limit = this.limits[this.about.platform] ?? this.limits.default, length = [...this.input.value].length;
      this.counter.hidden = this.mode === "note" || length < limit / 2;
      this.counter.classList.toggle("over", length > limit);
      this.counter.textContent = length > limit && this.about.platform in this.limits ? desk.say("in_parts", { count: Math.ceil(length / limit) }) : `${length} / ${limit}`;
    }

    get #key_() { return `${this.mode} ${this.#dialog}`; }
    #keep() {
      if (!this.#dialog) return;
      this.#drafts.set(this.#key_, this.input.value);
      this.#files.set(this.#key_, this.tray.swap([]));
    }

    fill(text, { isFocused = true } = {}) {
      this.input.value = text;
      this.count();
      this.#grow();
      this.#suggest();
      if (isFocused) this.input.focus();
    }

    #changed() {
      this.#grow();
      this.count();
      this.#dirty = true;
      clearTimeout(this.#storing);
      this.#storing = setTimeout(() => this.store(), STORE_MS);
      this.#chosen = 0;
      this.#suggest();
      if (Date.now() - this.#typedAt > TYPING_MS && this.input.value) { this.#typedAt = Date.now(); this.dispatchEvent(new Event("typing")); }
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
      const { assistant, language } = this.about;
      const fits = (reply) => (!reply.assistant || reply.assistant === assistant) && (reply.shortcut.toLowerCase().startsWith(start) || (start && reply.title.toLowerCase().includes(start)));
      return this.replies.filter(fits).sort((a, b) => (b.language === language) - (a.language === language)).slice(0, SHOWN);
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
        role: "option", id: `canned-${index}`, "data-shortcut": reply.uuid ?? reply.shortcut, "aria-selected": String(index === this.#chosen),
        children: [el("strong", { className: "small", text: `${reply.sign ?? "/"}${reply.shortcut}` }), el("span", { className: "small", children: [reply.title, reply.language && reply.language !== this.about.language ? el("span", { className: "badge", text: reply.language }) : null, reply.is_own ? el("span", { className: "badge", text: desk.say("only_mine") }) : null].filter(Boolean) }), this.#preview(reply.text, index === this.#chosen)],
      })));
      if (fitting.length) this.input.setAttribute("aria-activedescendant", `canned-${this.#chosen}`);
      else this.input.removeAttribute("aria-activedescendant");
    }

    /** The text as it would be sent; what nobody knows stays visible and stands out. The chosen one is shown whole. */
    #preview(text, isWhole) {
      const parts = [];
      let from = 0;
      for (const found of text.matchAll(VARIABLE)) {
        const value = this.about.values[found[1]];
        parts.push(text.slice(from, found.index), value ? el("mark", { className: "filled", text: value }) : el("mark", { className: "missing", text: found[0] }));
        from = found.index + found[0].length;
      }
      return el("span", { className: `faint xsmall ${isWhole ? "whole" : "truncate"}`, dir: "auto", children: [...parts, text.slice(from)] });
    }

    #insert(shortcut) {
      if (this.mode === "note") { this.fill(this.input.value.replace(/@[^@]*$/u, `@${shortcut} `)); return; }
      const reply = this.replies.find((one) => one.uuid === shortcut);
      if (!reply) return;
      this.fill(reply.text.replace(VARIABLE, (whole, name) => this.about.values[name] || whole));
      this.#lacks();
    }

    /** Say whether a variable without a value is left, and put the cursor on it. */
    #lacks() {
      const left = this.mode === "reply" && [...this.input.value.matchAll(VARIABLE)][0];
      if (!left) return false;
      this.input.focus();
      this.input.setSelectionRange(left.index, left.index + left[0].length);
      return true;
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
        this.#insert(fitting[this.#chosen].uuid ?? fitting[this.#chosen].shortcut);
      } else if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        this.#send((event.ctrlKey || event.metaKey) && this.mode === "reply" ? "resolve" : "");
      }
    }

    /** Send what is written; `then` says what follows: "resolve" or "snooze". */
    send(then = "") { this.#send(then); }

    #send(then = "") {
      const text = this.input.value.trim();
      if ((!text && !this.tray.isReady) || this.tray.isBusy) return;
      if (this.#lacks()) { this.dispatchEvent(new Event("lacking")); return; }
      this.#dirty = false;
      clearTimeout(this.#storing);
      this.#drafts.delete(this.#key_);
      this.fill("");
      this.dispatchEvent(new CustomEvent("send", { detail: { dialog: this.#dialog, text, files: this.tray.take(), isNote: this.mode === "note", then } }));
    }
  };
})((window.otklikConsole ??= {}));
