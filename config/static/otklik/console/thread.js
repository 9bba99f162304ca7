// One conversation: messages by their number, each once; marks that only operators see; what is still on its way.
((desk) => {
  "use strict";
  const { el, say } = desk;
  const NEAR_PX = 120;

  desk.Thread = class extends EventTarget {
    messages = new Map();
    pending = new Map();
    #marks = [];

    constructor({ scroll, rows, earlier, typing }) {
      super();
      Object.assign(this, { scroll, rows, earlier, typing });
      earlier.textContent = say("earlier");
      earlier.addEventListener("click", () => this.dispatchEvent(new Event("earlier")));
      rows.addEventListener("click", (event) => {
        const again = event.target.closest("[data-again]");
        if (again) this.dispatchEvent(new CustomEvent("again", { detail: again.dataset.again }));
      });
    }

    get lastSeq() { return Math.max(0, ...this.messages.keys()); }
    get firstSeq() { return Math.min(...this.messages.keys()); }

    clear() {
      this.messages.clear();
      this.pending.clear();
      this.#marks = [];
      this.say("");
    }

    /** Take in messages, in whatever order they come; return how many were new. */
    add(messages) {
      const before = this.messages.size;
      for (const message of messages) {
        this.messages.set(message.seq, message);
        if (message.client_id) this.pending.delete(message.client_id);
      }
      if (messages.some((message) => message.sender === "customer")) this.say("");
      this.draw();
      return this.messages.size - before;
    }

    set marks(marks) {
      this.#marks = marks.filter((mark) => mark.note);
      for (const { client_id: clientId } of marks) this.pending.delete(clientId);
      this.draw();
    }

    /** Everything up to a number is on the customer's screen. */
    shown(seq) {
      for (const message of this.messages.values()) {
        if (message.seq <= seq && message.sender !== "customer") Object.assign(message, { status: "delivered", delivery: say("delivered") });
      }
      this.draw();
    }

    /** Say below the messages what is going on. */
    say(text) { this.typing.hidden = !text; this.typing.textContent = text; if (text) this.#stay(true); }

    draw() {
      const isNear = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_PX;
      const entries = [
        ...[...this.messages.values()].map((message) => ({ at: message.created_at, order: message.seq, node: () => this.#message(message) })),
        ...this.#marks.map((mark) => ({ at: mark.at, order: 0, node: () => this.#mark(mark) })),
      ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.order - b.order);
      const nodes = [];
      let day = "";
      for (const entry of entries) {
        const today = desk.day(entry.at);
        if (today !== day) nodes.push(el("p", { className: "day", text: (day = today) }));
        nodes.push(entry.node());
      }
      for (const [clientId, message] of this.pending) nodes.push(this.#pending(clientId, message));
      this.rows.replaceChildren(...nodes);
      this.earlier.hidden = !this.messages.size || this.firstSeq <= 1;
      this.#stay(isNear);
    }

    toEnd() { this.scroll.scrollTop = this.scroll.scrollHeight; }
    #stay(isNear) { if (isNear) this.toEnd(); }

    #message(message) {
      const said = message.text ? el("div", { className: "said", dir: "auto", text: message.text }) : null;
      if (message.sender === "system") return el("article", { className: "bubble line system", id: `m${message.seq}`, children: [said] });
      const name = message.author || message.sender_name, isOurs = message.sender !== "customer";
      const meta = el("div", { className: "meta", children: [
        el("span", { text: name }), el("time", { datetime: message.created_at, text: desk.time(message.created_at) }),
        isOurs ? el("span", { className: message.status === "failed" ? "badge danger" : "", title: message.error || null, text: message.delivery }) : null,
        message.gap ? el("span", { className: "badge danger", text: say("gap") }) : null,
        ...message.ratings.map((row) => el("span", { className: `badge ${row.rating > 0 ? "ok" : "danger"}`, title: row.comment || null, text: row.kind === "thumbs" ? (row.rating > 0 ? "👍" : "👎") : `${row.rating} ★` })),
        message.receipt?.price ? el("span", { text: `${Number(message.receipt.price).toLocaleString(desk.config.language)} ₽` }) : null,
      ] });
      return el("article", { className: `bubble line ${message.sender}`, id: `m${message.seq}`, children: [said, desk.filesOf(message), this.#sources(message), meta] });
    }

    #sources({ receipt }) {
      if (!receipt?.sources.length) return null;
      return el("details", { className: "receipt-sources", children: [
        el("summary", { text: `${say("sources")}: ${receipt.sources.length}` }),
        el("ol", { children: receipt.sources.map((source) => el("li", { children: [el("strong", { dir: "auto", text: source.title }), el("q", { dir: "auto", text: source.quote })] })) }),
      ] });
    }

    #mark(mark) {
      return el("article", { className: "mark", title: say("internal"), children: [
        el("div", { className: "said", dir: "auto", text: mark.note }),
        el("div", { className: "meta", children: [el("span", { text: mark.who }), mark.to ? el("span", { text: `→ ${mark.to}` }) : null, el("time", { datetime: mark.at, text: desk.time(mark.at) })] }),
      ] });
    }

    #pending(clientId, message) {
      return el("article", { className: `${message.isNote ? "mark" : "bubble line operator"} pending${message.error ? " failed" : ""}`, children: [
        message.text ? el("div", { className: "said", dir: "auto", text: message.text }) : null,
        desk.filesOf(message),
        el("div", { className: "meta", children: message.error
          ? [el("span", { text: `${say("not_sent")}: ${message.error}` }), el("button", { className: "link xsmall", type: "button", "data-again": clientId, text: say("retry") })]
          : [el("span", { text: say("sending") })] }),
      ] });
    }
  };
})((window.otklikConsole ??= {}));
