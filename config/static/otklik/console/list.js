// The queues: rows that come and go, counts, and how long each customer has been waiting.
((desk) => {
  "use strict";
  const { el, say } = desk;
  const PAGE = 50;

  desk.List = class extends EventTarget {
    rows = new Map();
    queue = "waiting";
    search = "";
    current = null;
    medianWait = null;
    selected = null; // a set of chosen dialogs while one chooses
    #order = [];
    #isLast = true;
    #frame = 0;

    constructor(root, { me }) {
      super();
      Object.assign(this, { root, me });
      root.addEventListener("click", (event) => {
        const row = event.target.closest("[data-dialog]");
        if (row && this.selected) { this.toggle(row.dataset.dialog); return; }
        if (event.target.closest("[data-clear]")) { this.dispatchEvent(new Event("clear")); return; }
        if (row) this.dispatchEvent(new CustomEvent("choose", { detail: row.dataset.dialog }));
        else if (event.target.closest("[data-more]")) this.dispatchEvent(new Event("more"));
      });
      setInterval(() => this.#tick(), 1000);
    }

    get offset() { return this.#order.length; }

    /** Show a page of a queue, the first one instead of what was there. */
    show({ rows, is_last: isLast }, { isMore = false } = {}) {
      for (const row of rows) this.rows.set(row.dialog, row);
      const keys = rows.map((row) => row.dialog);
      this.#order = isMore ? [...new Set([...this.#order, ...keys])] : keys;
      this.#isLast = isLast;
      this.root.removeAttribute("aria-busy");
      this.draw();
    }

    /** Take in rows that changed: into their place, or out of the list. */
    update(rows) {
      for (const row of rows) this.rows.set(row.dialog, row);
      const changed = new Set(rows.map((row) => row.dialog));
      const kept = this.#order.filter((key) => !changed.has(key));
      const shown = new Set(this.#order);
      const fitting = rows.filter((row) => this.#fits(row) && (!this.search || shown.has(row.dialog))).map((row) => row.dialog);
      this.#order = [...kept, ...fitting].sort((a, b) => this.#compare(this.rows.get(a), this.rows.get(b)));
      this.draw();
    }

    /** Choose a row, or no longer. */
    toggle(dialog) {
      if (!this.selected.delete(dialog)) this.selected.add(dialog);
      this.draw();
      this.dispatchEvent(new Event("selected"));
    }

    /** Begin to choose rows, or end it. */
    choose(isOn) { this.selected = isOn ? new Set() : null; this.draw(); this.dispatchEvent(new Event("selected")); }

    /** Return the neighbour of the chosen row. */
    step(by) {
      const place = this.#order.indexOf(this.current);
      return this.#order[place < 0 ? 0 : Math.min(this.#order.length - 1, Math.max(0, place + by))];
    }

    /** Return the row that comes next when one is done with. */
    after(dialog) {
      const rest = this.#order.filter((key) => key !== dialog), place = this.#order.indexOf(dialog);
      return rest[Math.min(Math.max(place, 0), rest.length - 1)];
    }

    draw() {
      if (this.#frame) return;
      this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.#draw(); });
    }

    #fits(row) {
      if (row.status === "closed") return false;
      if (this.queue === "waiting") return row.handoff === "requested";
      if (this.queue === "snoozed") return Boolean(row.snoozed);
      if (row.snoozed && (this.queue === "mine" || this.queue === "team")) return false;
      const isTheirs = row.handoff === "active" && row.operator?.uuid !== this.me().uuid;
      if (this.queue === "mine") return row.handoff === "active" && !isTheirs;
      if (this.queue === "team") return isTheirs;
      if (this.queue === "assistant") return !["active", "requested"].includes(row.handoff);
      return true;
    }

    #compare(a, b) {
      if (this.queue === "waiting") return b.priority - a.priority || Date.parse(a.waiting_since ?? 0) - Date.parse(b.waiting_since ?? 0);
      if (this.queue === "snoozed") return (Date.parse(a.snoozed?.until) || Infinity) - (Date.parse(b.snoozed?.until) || Infinity) || 0;
      return Date.parse(b.last_at ?? 0) - Date.parse(a.last_at ?? 0);
    }

    #draw() {
      const held = this.root.contains(document.activeElement) ? document.activeElement.dataset.dialog : null;
      if (!this.#order.length) {
        this.root.replaceChildren(el("div", { className: "empty", children: [
          el("h2", { text: say(`empty_${this.search ? "found" : this.queue}`) }), el("p", { className: "small", text: say(`empty_${this.search ? "found" : this.queue}_text`) }),
          this.queue === "waiting" && !this.search && typeof this.medianWait === "number" ? el("p", { className: "small", text: say("median_wait", { time: desk.duration(this.medianWait) }) }) : null,
          this.search ? el("button", { className: "button small", type: "button", "data-clear": true, text: say("clear_search") }) : null,
        ] }));
        return;
      }
      const rows = this.#order.map((key, index) => this.#row(this.rows.get(key), index));
      if (!this.#isLast) rows.push(el("button", { className: "button small more", type: "button", "data-more": true, text: say("more") }));
      this.root.replaceChildren(...rows);
      if (held) this.root.querySelector(`[data-dialog="${held}"]`)?.focus();
    }

    /** Where a row stands among those who wait, as the customer is told it. */
    place(index) { return this.queue === "waiting" && !this.search ? `№ ${index + 1}` : ""; }

    #row(row, index) {
      const needsReply = row.operator?.uuid === this.me().uuid && row.handoff === "active" && row.last_sender === "customer";
      const wait = row.waiting_since ? desk.wait(row.waiting_since) : null;
      const side = wait
        ? el("span", { className: `badge ${wait.mood}`, "data-since": row.waiting_since, text: wait.text })
        : row.snoozed ? el("span", { className: "badge", text: row.snoozed.until ? desk.moment(row.snoozed.until) : say("until_reply") })
        : el("time", { className: "faint xsmall", datetime: row.last_at, text: row.last_at ? desk.moment(row.last_at) : "" });
      const who = row.handoff === "active" ? row.operator?.name ?? "" : row.handoff === "requested" ? row.reason || say("waits") : say("assistant");
      return el("button", {
        className: `entry${needsReply ? " needs-reply" : ""}`, type: "button", "data-dialog": row.dialog,
        "aria-current": row.dialog === this.current ? "true" : null, "aria-pressed": this.selected ? String(this.selected.has(row.dialog)) : null, title: needsReply ? say("needs_reply") : null,
        children: [
          el("span", { className: "entry-name truncate", children: [
            this.selected ? el("span", { className: "tick", text: this.selected.has(row.dialog) ? "☑" : "☐" }) : null,
            row.priority === 2 ? null : el("span", { className: `priority p${row.priority}`, title: say(`priority_${row.priority}`), text: desk.PRIORITY[row.priority] }),
            el("bdi", { text: row.name }),
          ] }), side,
          el("span", { className: "entry-words truncate", dir: "auto", text: row.preview }),
          el("span", { className: "entry-facts truncate", text: [this.place(index), row.channel, who].filter(Boolean).join(" · ") }),
        ],
      });
    }

    #tick() {
      for (const badge of this.root.querySelectorAll("[data-since]")) {
        const { text, mood } = desk.wait(badge.dataset.since);
        badge.textContent = text;
        badge.className = `badge ${mood}`;
      }
    }
  };
  desk.List.PAGE = PAGE;
})((window.otklikConsole ??= {}));
