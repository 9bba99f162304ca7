// The conversation on the screen: messages in the order of their numbers, then what is on its way.
((widget) => {
  "use strict";
  const { make, icon, button, markdown } = widget;
  const TOGETHER_MS = 5 * 60_000, NEAR = 90;
  const EMOJI = /^(?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\u{FE0F}]?(?:\u{200D}\p{Extended_Pictographic}\u{FE0F}?)*\s*){1,3}$/u;

  widget.Thread = class {
    #rows = []; // sorted by number: {seq, message, node}
    #pending = new Map();
    #live = null;
    #placed = 0;
    #isPlacedAtEnd = false;
    isFollowing = true;

    constructor({ scroll, thread, hello, say, language, name, actions }) {
      Object.assign(this, { scroll, hello, say, language, name, actions });
      this.list = make("div", "rows");
      this.pendingList = make("div", "rows");
      this.liveList = make("div", "rows");
      thread.append(this.list, this.pendingList, this.liveList);
      if (window.ResizeObserver) new ResizeObserver(() => { if (this.isFollowing && this.#isPlacedAtEnd) this.toEnd(); }).observe(scroll);
      this.time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
      this.day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long" });
      this.dayAndYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
    }

    // --- what is known -------------------------------------------------------------------------
    get messages() { return this.#rows.map((row) => row.message); }
    get last() { return this.#rows.at(-1)?.message ?? null; }
    get isEmpty() { return !this.#rows.length && !this.#pending.size; }
    get isLive() { return Boolean(this.#live?.text); }
    get liveRun() { return this.#live?.run ?? null; }
    at(seq) { return this.#rows.find((row) => row.seq === seq)?.message ?? null; }

    /** The highest number with nothing missing below it. */
    get contiguous() {
      let seq = this.#rows[0]?.seq ?? 0;
      for (const row of this.#rows.slice(1)) { if (row.seq !== seq + 1) break; seq = row.seq; }
      return seq;
    }

    clear() {
      this.#rows = [];
      this.list.replaceChildren();
      this.drop();
    }

    // --- messages ----------------------------------------------------------------------------
    /** Show a message once, in its place; returns whether it was new. */
    add(message, { isQuiet = false } = {}) {
      if (this.at(message.seq)) return false;
      const next = this.#rows.findIndex((row) => row.seq > message.seq);
      const at = next === -1 ? this.#rows.length : next;
      const node = this.#build(message);
      if (isQuiet || (message.sender === "assistant" && this.#live?.text)) node.classList.add("quiet");
      if (message.sender === "assistant" && at === this.#rows.length) this.drop();
      this.list.insertBefore(node, this.#rows[at]?.node ?? null);
      this.#rows.splice(at, 0, { seq: message.seq, message, node });
      for (const i of [at - 1, at, at + 1]) this.#tidy(i);
      if (message.sender === "customer") this.toEnd(); else if (this.isFollowing) this.#follow(node);
      return true;
    }

    /** Draw a message that belongs to another conversation: to be read, not rated. */
    draw(message) {
      const node = this.#build(message);
      node.classList.add("quiet");
      node.querySelector(".thumbs")?.remove();
      return node;
    }

    #build(message) {
      const { sender } = message;
      const node = make("div", `row ${sender}`);
      node.dataset.seq = message.seq;
      if (sender === "system") {
        const note = make("p", "note", message.text);
        note.dir = "auto";
        node.append(note);
        return node;
      }
      const stack = make("div", "stack");
      if (sender !== "customer") {
        const author = message.author || (sender === "assistant" ? this.name : this.say("operator"));
        const face = make("span", "face small", author.trim().slice(0, 1).toUpperCase());
        face.setAttribute("aria-hidden", "true");
        node.append(face);
        stack.append(make("span", "author", sender === "operator" ? `${author} · ${this.say("operator").toLowerCase()}` : author));
      } else stack.append(make("span", "visually-hidden", `${this.say("you")}: `));
      stack.append(this.#bubble(message), this.#below(message, stack));
      node.append(stack);
      return node;
    }

    #bubble({ sender, text, files = [], sources = [] }) {
      const bubble = make("div", "bubble");
      bubble.dir = "auto";
      if (sender === "assistant") bubble.append(markdown(text)); else if (text) bubble.append(make("p", "plain", text));
      if (files.length) bubble.append(this.#files(files));
      if (files.length && !text) bubble.classList.add("bare");
      if (EMOJI.test(text.trim())) bubble.classList.add("emoji");
      if (sources.length) bubble.append(this.#sources(sources));
      return bubble;
    }

    #files(files) { return OtklikFiles.draw(files, { say: this.say, fresh: (file) => this.actions.file(file) }); }

    #sources(sources) {
      const titles = new Map();
      for (const { title, quote } of sources) titles.set(title, [...(titles.get(title) || []), ...(quote ? [quote] : [])]);
      const items = [...titles].map(([title, quotes]) => {
        const item = make("li", "", make("span", "title", title), ...quotes.slice(0, 2).map((quote) => make("q", "", quote)));
        item.dir = "auto";
        return item;
      });
      const count = make("span", "number", String(items.length));
      const box = make("details", "sources", make("summary", "", this.say("sources"), count, icon("chevron")), make("ol", "", ...items));
      box.addEventListener("toggle", () => { if (box.open && this.#rows.at(-1)?.node.contains(box)) box.scrollIntoView({ block: "nearest" }); });
      return box;
    }

    #below(message, stack) {
      const moment = make("time", "", this.time.format(new Date(message.created_at)));
      moment.dateTime = message.created_at;
      const line = make("div", "below", moment);
      if (message.sender === "customer") {
        const tick = icon("check");
        line.append(tick, make("span", "visually-hidden", this.say("sent")));
      } else {
        line.append(widget.thumbs({
          rating: message.rating ?? null,
          say: this.say,
          rate: (value, comment) => this.actions.rate(message, value, comment),
          after: (box) => { stack.append(box); if (this.#rows.at(-1)?.message === message) this.toEnd(); },
        }));
      }
      if (message.offers_person) line.append(button("chip small call", this.say("call"), () => this.actions.call(), icon("person"), this.say("call")));
      return line;
    }

    /** Day line, grouping with the neighbours, and what only the last message shows. */
    #tidy(i) {
      const row = this.#rows[i];
      if (!row) return;
      const before = this.#rows[i - 1]?.message, after = this.#rows[i + 1]?.message, own = row.message;
      const isSameDay = before && new Date(before.created_at).toDateString() === new Date(own.created_at).toDateString();
      row.node.querySelector(":scope > .day")?.remove();
      if (!isSameDay) row.node.prepend(make("p", "day", this.#dayOf(own.created_at)));
      row.node.classList.toggle("dated", !isSameDay);
      row.node.classList.toggle("follows", Boolean(isSameDay && this.#belong(before, own)));
      row.node.classList.toggle("followed", Boolean(after && this.#belong(own, after)));
      row.node.classList.toggle("final", i === this.#rows.length - 1);
    }

    #belong(one, other) {
      return one.sender === other.sender && one.author === other.author && Date.parse(other.created_at) - Date.parse(one.created_at) < TOGETHER_MS;
    }

    #dayOf(moment) {
      const day = new Date(moment), today = new Date(), yesterday = new Date();
      yesterday.setDate(today.getDate() - 1);
      if (day.toDateString() === today.toDateString()) return this.say("today");
      if (day.toDateString() === yesterday.toDateString()) return this.say("yesterday");
      return (day.getFullYear() === today.getFullYear() ? this.day : this.dayAndYear).format(day);
    }

    // --- on its way ----------------------------------------------------------------------------
    /** Show a message that the server has not confirmed yet; call again when its state changes. */
    pend(item) {
      const isNew = !this.#pending.has(item.client_id);
      const node = make("div", `row customer pending ${item.state}`);
      const text = make("div", "bubble", ...(item.text ? [make("p", "plain", item.text)] : []));
      text.dir = "auto";
      if (item.files?.length) text.append(this.#files(item.files));
      const line = make("div", "below");
      if (item.state === "failed") {
        line.append(icon("alert"), make("span", "", item.reason || this.say("failed")));
        if (!item.isFinal) line.append(button("link", this.say("retry"), () => this.actions.retry(item)));
        line.append(button("link", this.say("remove"), () => this.actions.remove(item)));
      } else {
        line.append(icon("clock"), make("span", item.reason ? "" : "visually-hidden", item.reason || this.say("sending")));
      }
      node.append(make("div", "stack", make("span", "visually-hidden", `${this.say("you")}: `), text, line));
      if (isNew) this.pendingList.append(node); else { node.classList.add("quiet"); this.#pending.get(item.client_id).replaceWith(node); }
      this.#pending.set(item.client_id, node);
      this.toEnd();
    }

    unpend(id) {
      const node = this.#pending.get(id);
      this.#pending.delete(id);
      node?.remove();
      return Boolean(node);
    }

    // --- an answer under way -----------------------------------------------------------------
    /** Three dots: somebody is about to say something. */
    wait(who, label) {
      if (this.#live?.text) return;
      if (this.#live) { this.#live.node.querySelector(".why").textContent = label; return; }
      const face = make("span", "face small", who.trim().slice(0, 1).toUpperCase());
      face.setAttribute("aria-hidden", "true");
      const dots = make("div", "bubble dots", make("i"), make("i"), make("i"));
      dots.setAttribute("aria-hidden", "true");
      const node = make("div", "row assistant live", face, make("div", "stack", dots, make("span", "why", label)));
      this.liveList.append(node);
      this.#live = { node, run: null, text: "", points: 0 };
      if (this.isFollowing) this.toEnd();
    }

    /** Show a piece of the answer; `offset` counts characters. Returns false when a piece before it is missing. */
    stream(run, offset, piece) {
      const isOther = !this.#live || (this.#live.run && this.#live.run !== run);
      if (offset > (isOther ? 0 : this.#live.points)) {
        if (this.#live?.text) this.drop();
        return false;
      }
      if (isOther) { this.drop(); this.wait(this.name, ""); }
      const live = this.#live;
      live.run = run;
      const kept = offset === live.points ? live.text : Array.from(live.text).slice(0, offset).join("");
      live.text = kept + piece;
      live.points = offset + Array.from(piece).length;
      this.#paint();
      return true;
    }

    #paint() {
      const live = this.#live;
      if (live.frame) return;
      live.frame = requestAnimationFrame(() => {
        live.frame = 0;
        if (live !== this.#live || !live.text) return;
        if (!live.bubble) {
          live.bubble = make("div", "bubble");
          live.bubble.dir = "auto";
          live.node.querySelector(".dots")?.replaceWith(live.bubble);
          live.node.querySelector(".why")?.remove();
        }
        live.bubble.replaceChildren(markdown(live.text, { isPartial: true }));
        let end = live.bubble;
        while (end.lastElementChild && !["BR", "A", "CODE", "STRONG", "EM"].includes(end.lastElementChild.tagName)) end = end.lastElementChild;
        end.append(make("span", "caret"));
        if (this.isFollowing) this.#follow(live.node);
      });
    }

    /** Take the unfinished answer, or the dots, away. */
    drop() {
      this.#live?.node.remove();
      this.#live = null;
    }

    // --- scrolling ---------------------------------------------------------------------------
    get isAtEnd() { return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR; }

    /** The reader scrolled: follow the conversation only from its end. */
    noticeScroll() {
      if (Math.abs(this.scroll.scrollTop - this.#placed) > 2) { this.isFollowing = this.#isPlacedAtEnd = this.isAtEnd; this.#placed = -9; }
    }

    toEnd() {
      this.isFollowing = this.#isPlacedAtEnd = true;
      this.scroll.scrollTop = this.scroll.scrollHeight;
      this.#placed = this.scroll.scrollTop;
    }

    /** Go on to the end, but never so far that the beginning of a long answer leaves the screen. */
    #follow(node) {
      const top = node.getBoundingClientRect().top - this.scroll.getBoundingClientRect().top + this.scroll.scrollTop - 8;
      this.scroll.scrollTop = Math.min(this.scroll.scrollHeight, Math.max(top, 0));
      this.#placed = this.scroll.scrollTop;
      this.#isPlacedAtEnd = this.isAtEnd;
    }
  };
})((globalThis.OtklikWidget ||= {}));
